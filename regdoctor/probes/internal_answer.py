"""Asks GET /v2/ where the registry process itself listens."""

from __future__ import annotations

from regdoctor.evidence.answers import InternalAnswer, Ping
from regdoctor.evidence.endpoints import Endpoints
from regdoctor.http import Http
from regdoctor.probe import NotApplicableError, probe

_DEADLINE = 10.0
"""Seconds."""


@probe(
    reads="GET /v2/ at the address of http.addr, on this host, without credentials", limit=_DEADLINE + 1, network=True
)
def internal_answer(endpoints: Endpoints, door: Http) -> InternalAnswer:
    """The answer. TLS is not verified here: the certificate is made for the public name."""
    internal = endpoints.internal
    if internal is None:
        raise NotApplicableError("the registry's own port cannot be asked from here")
    exchange = door.send("GET", f"{internal.url}/v2/", verify=False, deadline=_DEADLINE)
    return InternalAnswer(Ping(internal, exchange))
