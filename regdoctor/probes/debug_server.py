"""Asks the registry's debug server, and whether its pages can be had from outside."""

from __future__ import annotations

from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.endpoints import Endpoints
from regdoctor.evidence.exchange import Exchange
from regdoctor.http import Http
from regdoctor.probe import NotApplicableError, probe

_DEADLINE = 5.0
"""Seconds for each of the four requests."""


@probe(
    reads="GET /debug/health, /debug/vars and /debug/pprof/ at the debug address; /debug/health at the public one",
    limit=4 * _DEADLINE + 1,
    network=True,
)
def debug_server(endpoints: Endpoints, door: Http) -> DebugServer:
    """The answers. Raises NotApplicableError where no debug server is configured or named.

    No credentials go along, and whether its certificate is made for the address that we use is not the question.
    """
    debug = endpoints.debug
    if debug is None:
        raise NotApplicableError(
            "the registry's debug server is not enabled here (http.debug.addr; registry['debug_addr'] in gitlab.rb), "
            "and none was named with --debug-url"
        )
    health = _get(door, f"{debug.url}/debug/health")
    # Nothing more is to be had from a server that does not answer the first request.
    silent = health.failure is not None
    public = endpoints.public
    return DebugServer(
        endpoint=debug,
        health=health,
        variables=health if silent else _get(door, f"{debug.url}/debug/vars"),
        profiles=health if silent else _get(door, f"{debug.url}/debug/pprof/"),
        health_at_public_address=(
            _get(door, f"{public.url}/debug/health") if public and public.url != debug.url else None
        ),
    )


def _get(door: Http, url: str) -> Exchange:
    return door.send("GET", url, deadline=_DEADLINE, verify=False)
