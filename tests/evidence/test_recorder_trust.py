"""Why a recorder refused a certificate is told by OpenSSL's words after mitmproxy's, and by nothing else."""

from __future__ import annotations

import pytest

from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.recorder_trust import Objection, objection_of, quotes_of_refusal
from tests.checks.seen_in_traffic import S3_LINK
from tests.traffic.seen_exchanges import REALM, exchanged, recognised

PING = "GET /v2/"


def refused(words: str, request: str = PING, status: int | None = None, by_recorder: str = "") -> Objection | None:
    failure = None if by_recorder else Failure(FailureKind.TLS, words)
    return objection_of(recognised(exchanged(request, status, (), failure=failure, by_recorder=by_recorder)))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("unable to get local issuer certificate", Objection.AUTHORITY),
        ("self-signed certificate in certificate chain", Objection.AUTHORITY),
        ("certificate has expired", Objection.EXPIRED),
        ("certificate is not yet valid", Objection.NOT_YET_VALID),
        ("hostname mismatch", Objection.NAME),
        ("IP address mismatch", Objection.NAME),
        ("certificate revoked", None),
        ("", None),
    ],
)
def test_the_reason_is_that_of_openssl(words: str, why: Objection | None) -> None:
    assert refused(f"Certificate verify failed: {words}") is why
    assert refused("", by_recorder=f"502 Bad Gateway Certificate verify failed: {words}", status=502) is why


def test_it_is_said_of_whom_clients_of_a_registry_ask() -> None:
    words = "Certificate verify failed: certificate has expired"
    for request in (PING, f"GET {REALM}?service=s&scope=repository:a:pull", f"GET {S3_LINK}"):
        assert refused(words, request) is Objection.EXPIRED
    assert refused(words, "GET https://www.example.com/") is None
    assert refused(words, "GET http://registry.example.com/v2/") is None
    assert refused(words, "GET https://registry.example.com:99999/v2/") is None


def test_what_a_server_writes_or_a_client_refuses_is_none() -> None:
    body = b"Certificate verify failed: certificate has expired"
    assert objection_of(recognised(exchanged(PING, 502, (), body))) is None
    assert refused("certificate has expired") is None
    assert refused("The client does not trust the proxy's certificate (certificate unknown)") is None


def test_the_recorders_own_words_are_the_evidence() -> None:
    failure = Failure(FailureKind.TLS, "Certificate verify failed: hostname mismatch")
    request, said = quotes_of_refusal(recognised(exchanged(PING, None, (), failure=failure)))
    assert "/v2/" in request.quote
    assert said.quote == failure.message
