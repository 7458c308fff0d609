"""A password goes to a token service by TLS or on the registry's own host, and nowhere else."""

from __future__ import annotations

import pytest

from regdoctor.evidence.token_source import SigningKey, TokenSource
from regdoctor.redaction import Secret
from regdoctor.target import Login

REGISTRY = "https://registry.example.com"


def _source(realm: str, registry: str = REGISTRY, login: Login | None = None) -> TokenSource:
    return TokenSource(needed=True, registry=registry, realm=realm, service="container_registry", login=login)


@pytest.mark.parametrize(
    ("realm", "may"),
    [
        ("https://gitlab.example.com/jwt/auth", True),
        ("HTTPS://gitlab.example.com/jwt/auth", True),
        ("http://registry.example.com/token", True),
        ("http://REGISTRY.example.com:8080/token", True),
        ("http://gitlab.example.com/jwt/auth", False),
        ("http://registry.example.com.evil.example/token", False),
        ("http://registry.example.com@evil.example/token", False),
        ("ftp://gitlab.example.com/", False),
        ("https://", False),
        ("https://[::1", False),
        ("Registry Realm", False),
        ("", False),
    ],
)
def test_where_a_password_may_go(realm: str, may: bool) -> None:
    assert _source(realm).password_may_go is may


def test_how_a_token_is_got_is_said_without_a_secret() -> None:
    login = Login("robot", Secret("correct-horse-battery", "password"))
    key = SigningKey(Secret("pem-pem-pem-pem", "private key"), "/etc/key", "issuer")
    assert _source(REGISTRY, login=login).words == "as robot"
    assert _source(REGISTRY).words == "anonymously"
    signed = TokenSource(needed=True, registry=REGISTRY, realm="", service="", key=key)
    assert signed.words == "with a token signed with /etc/key, as GitLab signs its own"
    assert TokenSource(needed=False, registry=REGISTRY, realm="", service="").words == "without credentials"
