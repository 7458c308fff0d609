"""A 401 counts as a refusal of the token only where it cannot mean anything else."""

from __future__ import annotations

import pytest

from regdoctor.distribution.tokens import Token
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_trials import Trial
from regdoctor.redaction import Secret

TOKEN = Token("RS256", "kid", False, False, "issuer", ("s",), False, "u", (), None, None, None, "id")
NAMELESS = Token("RS256", "kid", False, False, "", ("s",), False, "u", (), None, None, None, "id")
REALM = Exchange("GET", "https://gitlab.example.com/jwt/auth", status=200)
LOGGED_IN = Exchange(
    "GET", REALM.url, request_headers=(("authorization", Secret("Basic x", "credentials")),), status=200
)


def _ping(status: int, error: str = "") -> Exchange:
    challenge = f'Bearer realm="r",service="s"{f",error={error!r}" if error else ""}'.replace("'", '"')
    return Exchange("GET", "https://r/v2/", status=status, headers=(("WWW-Authenticate", challenge),))


@pytest.mark.parametrize(
    ("trial", "refused"),
    [
        (Trial("a", True, LOGGED_IN, TOKEN, _ping(401)), True),
        (Trial("a", True, LOGGED_IN, None, _ping(401)), True),
        (Trial("a", True, LOGGED_IN, TOKEN, _ping(200)), False),
        (Trial("a", True, LOGGED_IN, TOKEN, _ping(503)), False),
        (Trial("a", True, LOGGED_IN, TOKEN, None), False),
        (Trial("a", True, REALM, TOKEN, _ping(401)), False),
        (Trial("a", True, REALM, TOKEN, _ping(401, "insufficient_scope")), False),
        (Trial("a", True, REALM, TOKEN, _ping(401, "invalid_token")), True),
        (Trial("a", False, None, TOKEN, _ping(401)), True),
        (Trial("a", False, None, NAMELESS, _ping(401)), False),
    ],
)
def test_refused(trial: Trial, refused: bool) -> None:
    assert trial.refused is refused


def test_anonymous_means_without_an_authorization_header() -> None:
    assert Trial("a", True, REALM, None, None).anonymous
    assert not Trial("a", True, LOGGED_IN, None, None).anonymous
    assert not Trial("a", False, None, TOKEN, None).anonymous
