"""A password goes to a token service by TLS or on the registry's own host, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from regdoctor.evidence.token_source import SigningKey, TokenSource
from regdoctor.redaction import Secret
from regdoctor.target import Login

REGISTRY = "https://registry.example.com"


def _source(realm: str, registry: str = REGISTRY, login: Login | None = None, **more: Any) -> TokenSource:
    return TokenSource(needed=True, registry=registry, realm=realm, service="container_registry", login=login, **more)


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


@pytest.mark.parametrize(
    ("realm", "registry", "may"),
    [
        ("https://gitlab.example.com/jwt/auth", "http://registry.example.com:5000", False),
        ("https://gitlab.example.com/jwt/auth", "http://localhost.example.com:5000", False),
        ("https://registry.example.com/token", "http://registry.example.com:5000", True),
        ("https://gitlab.example.com/jwt/auth", "http://127.0.0.1:5000", True),
        ("https://gitlab.example.com/jwt/auth", "http://localhost:5000", True),
    ],
)
def test_a_challenge_that_anyone_may_have_written_on_its_way_sends_no_password_to_another_host(
    realm: str, registry: str, may: bool
) -> None:
    assert _source(realm, registry).password_may_go is may
    assert _source(realm, registry, configured=True).password_may_go


def test_a_configured_realm_gets_no_password_in_clear() -> None:
    assert not _source("http://gitlab.example.com/a", configured=True).password_may_go


@pytest.mark.parametrize("registry", [REGISTRY, "http://registry.example.com:5000"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_user_may_name_the_realms_host_with_its_port_or_without(scheme: str, registry: str) -> None:
    for named in ("gitlab.example.com", "GitLab.Example.com:8443"):
        assert _source(f"{scheme}://gitlab.example.com:8443/a", registry, consented=named).password_may_go
    assert _source(f"{scheme}://[::1]:8443/a", "http://registry", consented="[::1]:8443").password_may_go
    for other in (
        "",
        "gitlab.example.com:443",
        "example.com",
        "gitlab.example.com.evil.example",
        "me@gitlab.example.com",
    ):
        assert not _source("http://gitlab.example.com:8443/a", registry, consented=other).password_may_go
    assert not _source("ftp://gitlab.example.com/a", registry, consented="gitlab.example.com").password_may_go


def test_why_it_may_not_go_is_told_and_what_would_send_it() -> None:
    same, other = _source("http://registry.example.com/a"), _source("http://gitlab.example.com/a")
    assert "is not HTTPS, while the registry has it" in same.why_withheld
    assert "not the registry's own host" in other.why_withheld
    assert other.why_withheld.endswith("--send-credentials-to gitlab.example.com would send it there in clear")
    anyones = _source("https://gitlab.example.com/a", "http://registry.example.com:5000")
    assert "challenge came without TLS" in anyones.why_withheld
    assert anyones.why_withheld.endswith("--send-credentials-to gitlab.example.com would send it there")
    assert "is no address" in _source("Registry Realm").why_withheld
    assert "'a;reboot'" in _source("http://a;reboot/x").why_withheld


def test_how_a_token_is_got_is_said_without_a_secret() -> None:
    login = Login("robot", Secret("correct-horse-battery", "password"))
    key = SigningKey(Secret("pem-pem-pem-pem", "private key"), "/etc/key", "issuer")
    assert _source(REGISTRY, login=login).words == "as robot"
    assert _source(REGISTRY).words == "anonymously"
    signed = TokenSource(needed=True, registry=REGISTRY, realm="", service="", key=key)
    assert signed.words == "with a token signed with /etc/key, as GitLab signs its own"
    assert TokenSource(needed=False, registry=REGISTRY, realm="", service="").words == "without credentials"
