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
        ("http://registry.example.com/token", False),
        ("http://REGISTRY.example.com:8080/token", False),
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


@pytest.mark.parametrize(
    ("realm", "registry", "may"),
    [
        ("http://registry.example.com/token", "http://registry.example.com:5000", True),
        ("http://gitlab.example.com/jwt/auth", "http://registry.example.com:5000", False),
        ("http://localhost:8080/token", "https://localhost:5000", True),
        ("ftp://registry.example.com/token", "http://registry.example.com:5000", False),
    ],
)
def test_in_clear_it_goes_where_the_registry_is_asked_in_clear_or_stays_on_this_machine(
    realm: str, registry: str, may: bool
) -> None:
    source = _source(realm, registry)
    assert source.password_may_go is may
    assert may or source.why_withheld


def test_why_it_may_not_go_is_told() -> None:
    assert _source("http://registry.example.com/a").why_withheld.endswith("is not HTTPS, while the registry has it")
    assert "not the registry's own host" in _source("http://gitlab.example.com/a").why_withheld
    assert "is no address" in _source("Registry Realm").why_withheld


def test_how_a_token_is_got_is_said_without_a_secret() -> None:
    login = Login("robot", Secret("correct-horse-battery", "password"))
    key = SigningKey(Secret("pem-pem-pem-pem", "private key"), "/etc/key", "issuer")
    assert _source(REGISTRY, login=login).words == "as robot"
    assert _source(REGISTRY).words == "anonymously"
    signed = TokenSource(needed=True, registry=REGISTRY, realm="", service="", key=key)
    assert signed.words == "with a token signed with /etc/key, as GitLab signs its own"
    assert TokenSource(needed=False, registry=REGISTRY, realm="", service="").words == "without credentials"
