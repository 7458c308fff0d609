"""The alerts of a server that turns away a client without a certificate; how they come about is in test_tls_look."""

from __future__ import annotations

import pytest

from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.transport.client_demand import is_demand


@pytest.mark.parametrize(
    "message",
    [
        "r.example:443: tlsv13 alert certificate required",
        "r.example:443: tls alert handshake failure",
        "r.example:443: sslv3 alert bad certificate",
        "r.example:443: tlsv1 alert unknown ca",
        "r.example:443: tlsv1 alert access denied",
    ],
)
def test_these_alerts_demand_a_certificate(message: str) -> None:
    assert is_demand(Failure(FailureKind.TLS, message))


@pytest.mark.parametrize(
    "message",
    [
        "r.example:443: tlsv1 alert protocol version",
        "r.example:443: tlsv1 alert internal error",
        "r.example:443: handshake failure",
        "r.example:443: closed the connection in the middle of TLS",
    ],
)
def test_other_failures_do_not(message: str) -> None:
    assert not is_demand(Failure(FailureKind.TLS, message))
    assert not is_demand(None)
