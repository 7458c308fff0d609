"""Only small ones that come about, and large ones that are cut off, twice each, speak of the size."""

from __future__ import annotations

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.large_hello import REGISTRY, HelloLook, HelloTrial

OK = HelloLook(517, 0.01)
STALLS = HelloLook(1900, 4.0, Failure(FailureKind.TIMEOUT, "r:443: still setting up TLS after 4 s"))
CUT = HelloLook(1900, 0.1, Failure(FailureKind.RESET, "r:443: closed the connection"))
ALERT = HelloLook(1900, 0.1, Failure(FailureKind.TLS, "r:443: handshake failure"))
NOT_SENT = HelloLook(0, 4.0, Failure(FailureKind.TIMEOUT, "r:443: still connecting after 4 s"))
LARGE_OK = HelloLook(1900, 0.01)
SMALL_CUT = HelloLook(517, 0.1, Failure(FailureKind.RESET, "r:443: closed the connection"))


def trial(small: list[HelloLook], large: list[HelloLook]) -> HelloTrial:
    """A trial of the registry."""
    return HelloTrial(REGISTRY, Endpoint("https://r", Quote("a", "b")), tuple(small), tuple(large))


@pytest.mark.parametrize(
    ("small", "large", "refused"),
    [
        ([OK, OK], [CUT, CUT], True),
        ([OK, OK], [STALLS, CUT], True),
        ([OK], [LARGE_OK], False),
        ([OK], [CUT], False),
        ([OK, SMALL_CUT], [CUT], False),
        ([OK, SMALL_CUT], [CUT, CUT], False),
        ([OK, OK], [CUT, LARGE_OK], False),
        ([OK, OK], [CUT, ALERT], False),
        ([OK, OK], [NOT_SENT, NOT_SENT], False),
        ([SMALL_CUT], [], False),
    ],
)
def test_refused(small: list[HelloLook], large: list[HelloLook], refused: bool) -> None:
    assert trial(small, large).refused is refused


def test_each_handshake_is_quoted_in_its_turn() -> None:
    lines = [quote.quote for quote in trial([OK, OK], [CUT, STALLS]).quotes()]
    assert lines == [
        "ClientHello of 517 bytes → done in 0.010 s",
        "ClientHello of 1900 bytes → r:443: closed the connection",
        "ClientHello of 517 bytes → done in 0.010 s",
        "ClientHello of 1900 bytes → r:443: still setting up TLS after 4 s",
    ]
