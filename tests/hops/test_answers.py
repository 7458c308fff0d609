"""What one answer is worth to the one who asked."""

from __future__ import annotations

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.hops import Asked, Purpose
from regdoctor.evidence.s3_access import S3Access, S3Call
from regdoctor.formats.s3_parameters import S3Endpoint
from regdoctor.hops.answers import RIGHT, is_gateways, of_identity, opinion

CHALLENGE = ("WWW-Authenticate", 'Bearer realm="https://gitlab.example.com/jwt/auth"')
DENIED = b'{"errors": [{"code": "DENIED"}]}'


def asked(
    purpose: Purpose, status: int, body: bytes = b"", *headers: tuple[str, str], logged_in: bool = False
) -> Asked:
    return Asked(
        purpose, Exchange("GET", "https://r.example/v2/", status=status, headers=headers, body=body), logged_in
    )


@pytest.mark.parametrize(
    "right",
    [
        asked(Purpose.REQUEST, 200, b"{}"),
        asked(Purpose.REQUEST, 200, b'{"schemaVersion": 2}'),
        asked(Purpose.REQUEST, 200),
        asked(Purpose.REQUEST, 200, b"true", ("Content-Type", "application/json")),
        asked(Purpose.REQUEST, 401, b"", CHALLENGE),
        asked(Purpose.REQUEST, 403, DENIED),
        asked(Purpose.FOLLOWED, 200, b'{"schemaVersion": 2}'),
        asked(Purpose.FOLLOWED, 401, b"", CHALLENGE),
        asked(Purpose.BLOB, 200),
        asked(Purpose.BLOB, 206, b"x"),
        asked(Purpose.BLOB, 307, b"", ("Location", "https://bucket/")),
        asked(Purpose.TOKEN, 200, b'{"access_token": "t"}'),
        asked(Purpose.TOKEN, 401),
        asked(Purpose.TOKEN_USED, 200),
        asked(Purpose.HEALTH, 200, b"{}"),
        asked(Purpose.REDIRECTED, 206, b"x"),
    ],
)
def test_right_is_what_a_healthy_server_says_to_this_client(right: Asked) -> None:
    assert opinion(right).right is True


@pytest.mark.parametrize(
    ("wrong", "symptom", "words"),
    [
        (asked(Purpose.REQUEST, 401), "401", "no WWW-Authenticate"),
        (asked(Purpose.REQUEST, 401, b"", CHALLENGE, logged_in=True), "401", ""),
        (asked(Purpose.REQUEST, 403), "403", ""),
        (asked(Purpose.REQUEST, 429), "429", "too many requests"),
        (asked(Purpose.REQUEST, 200, b"<html>", ("Content-Type", "text/html")), "foreign page", "(text/html)"),
        (asked(Purpose.REQUEST, 200, b"<html>"), "foreign page", "(no type)"),
        (asked(Purpose.REQUEST, 200, b"no healthy upstream"), "foreign page", ""),
        (asked(Purpose.REQUEST, 307), "307", "no address"),
        (
            asked(Purpose.FOLLOWED, 200, b"<html>"),
            "foreign page",
            "sends the request on, https://r.example: what answers 200",
        ),
        (asked(Purpose.FOLLOWED, 404), "404", "where it sends the request on"),
        (asked(Purpose.REQUEST, 302, b"", ("Location", "http://[")), "302", "no address"),
        (asked(Purpose.REQUEST, 404, b'{"errors": [{"code": "MANIFEST_UNKNOWN"}]}'), "404", "MANIFEST_UNKNOWN"),
        (asked(Purpose.BLOB, 307), "307", "a blob of the image"),
        (asked(Purpose.TOKEN, 200, b"<html>"), "foreign page", "gives no token"),
        (asked(Purpose.TOKEN, 403, logged_in=True), "403", ""),
        (asked(Purpose.TOKEN_USED, 401, logged_in=True), "401", "refuses the token"),
        (asked(Purpose.HEALTH, 503, b'{"storagedriver_s3": "no"}'), "503", "storagedriver_s3: no"),
        (asked(Purpose.REDIRECTED, 403), "403", ""),
    ],
)
def test_wrong_is_told_by_symptom_and_words(wrong: Asked, symptom: str, words: str) -> None:
    found = opinion(wrong)

    assert (found.right, found.symptom) == (False, symptom)
    assert words in found.words
    assert "sig=" not in found.words


@pytest.mark.parametrize("kind", FailureKind)
def test_every_way_to_break_off_has_a_noun(kind: FailureKind) -> None:
    broken = Asked(Purpose.REQUEST, Exchange("GET", "https://r.example/v2/", failure=Failure(kind, "r.example: why")))

    found = opinion(broken)

    assert found.right is False
    assert found.symptom
    assert found.words == "r.example: why"


@pytest.mark.parametrize(
    "unclear",
    [
        asked(Purpose.HEALTH, 404),
        asked(Purpose.TOKEN_USED, 401),
        asked(Purpose.TOKEN_USED, 502),
        asked(Purpose.REQUEST, 307, b"", ("Location", "/v2/elsewhere")),
        asked(Purpose.FOLLOWED, 302, b"", ("Location", "https://b.example/")),
        Asked(Purpose.REQUEST, Exchange("GET", "https://r.example/v2/a/manifests/1", status=200, body=b"true")),
    ],
)
def test_what_does_not_tell_is_neither(unclear: Asked) -> None:
    assert opinion(unclear).right is None


def test_a_redirect_is_told_without_login_and_signature() -> None:
    found = opinion(asked(Purpose.REQUEST, 302, b"", ("Location", "https://u:p@l.example/x?sig=1")))

    assert (found.right, found.words) == (None, "it sends the request on to https://l.example")


def test_a_gateways_503_is_told_from_the_registrys_own() -> None:
    unavailable = b'{"errors": [{"code": "UNAVAILABLE"}]}'

    assert is_gateways(Exchange("GET", "u", status=503, body=b"<html>"))
    assert not is_gateways(Exchange("GET", "u", status=503, body=unavailable))
    assert not is_gateways(Exchange("GET", "u", status=500))


def access(*calls: S3Call) -> S3Access:
    return S3Access(S3Endpoint("https://s3", "r", "b", True, ""), Quote("config.yml", "accesskey"), calls)


def call(action: str, status: int, code: str = "") -> S3Call:
    return S3Call(action, "blobs", "k", Exchange(action, "https://s3/b/k", status=status), code)


def test_what_the_registrys_identity_may_not_do_is_named() -> None:
    refused = of_identity(access(call("HEAD", 403), call("GET", 403, "AccessDenied")))

    assert (refused.right, refused.symptom) == (False, "403")
    assert "HEAD blobs and GET blobs" in refused.words
    assert of_identity(access(call("HEAD", 200), call("GET", 200))) == RIGHT


def test_a_store_that_does_not_answer_is_wrong_by_its_failure() -> None:
    failure = Failure(FailureKind.REFUSED, "s3: connection refused")
    silent = S3Call("LIST", "", "", Exchange("GET", "https://s3/b", failure=failure))

    found = of_identity(access(silent))

    assert (found.right, found.symptom) == (False, "refused connection")
