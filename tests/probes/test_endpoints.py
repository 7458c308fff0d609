"""Working the addresses out: what counts, in which order, and what of a copied tree is not to be asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.endpoints import Endpoints
from regdoctor.evidence.installation import Installation
from regdoctor.formats.gitlab_yml import GitLabConfig, parse_gitlab_yml
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes.endpoints import endpoints
from regdoctor.target import Target

NONE = Absent("not there")
HERE = Installation(Path("/"), Dialect.PLAIN, live=True)
COPY = Installation(Path("/srv/copy"), Dialect.PLAIN, live=False)
REALM = "auth: {token: {realm: 'https://gitlab.example.com/jwt/auth'}}\n"


def registry(text: str) -> RegistryConfig:
    """A registry's configuration."""
    return parse_registry_config(text.encode(), "config.yml")


def gitlab(text: str) -> GitLabConfig:
    """GitLab's configuration."""
    return parse_gitlab_yml(text.encode(), "gitlab.yml")


def work_out(
    config: RegistryConfig | Absent = NONE,
    gitlab: GitLabConfig | Absent = NONE,
    target: Target | None = None,
    installation: Installation | Absent = HERE,
) -> Endpoints:
    """The probe's answer."""
    found = endpoints.gather(target or Target(), installation, config, gitlab)
    assert isinstance(found, Endpoints)
    return found


def urls(found: Endpoints) -> tuple[str | None, ...]:
    """The four addresses: public, internal, debug, realm."""
    parts = (found.public, found.internal, found.debug, found.realm)
    return tuple(part.url if part else None for part in parts)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (":5000", "http://127.0.0.1:5000"),
        ("0.0.0.0:5000", "http://127.0.0.1:5000"),
        ("[::]:5000", "http://127.0.0.1:5000"),
        ("[::1]:5000", "http://[::1]:5000"),
        ("localhost:5000", "http://localhost:5000"),
        ("10.0.0.7:5000", "http://10.0.0.7:5000"),
    ],
)
def test_the_listening_address_is_asked_where_this_machine_reaches_it(address: str, url: str) -> None:
    found = work_out(registry(f"http: {{addr: '{address}', debug: {{addr: '{address}'}}}}"))
    assert urls(found) == (url, url, url, None)
    assert found.internal is not None
    assert found.internal.said_by.source == "config.yml"


@pytest.mark.parametrize("address", ["5000", "::1:5000", ":0", ":99999", ":http", "a b:5000", "http://x:5000", ""])
def test_garbage_for_a_listening_address_gives_none(address: str) -> None:
    config = registry(f"http: {{addr: '{address}'}}\n{REALM}")
    assert urls(work_out(config)) == (None, None, None, "https://gitlab.example.com/jwt/auth")


def test_a_unix_socket_is_no_address() -> None:
    config = registry(f"http: {{net: unix, addr: '/run/registry.sock:1'}}\n{REALM}")
    assert work_out(config).internal is None


@pytest.mark.parametrize("tls", ["certificate: /etc/ssl/x.crt", "letsencrypt: {cachefile: /var/le}"])
def test_a_registry_with_tls_of_its_own_is_asked_by_https(tls: str) -> None:
    assert urls(work_out(registry(f"http: {{addr: ':443', tls: {{{tls}}}}}")))[1] == "https://127.0.0.1:443"


def test_a_debug_server_with_tls_is_asked_by_https() -> None:
    config = registry("http: {debug: {addr: 'localhost:5001', tls: {enabled: true}}}")
    assert urls(work_out(config)) == (None, None, "https://localhost:5001", None)


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ("host: registry.example.com", "https://registry.example.com"),
        ("host: registry.example.com, port: 443", "https://registry.example.com"),
        ("host: registry.example.com, port: 5050", "https://registry.example.com:5050"),
        ("host: '2001:db8::1', port: 5050", "https://[2001:db8::1]:5050"),
    ],
)
def test_gitlab_says_what_users_type(settings: str, url: str) -> None:
    yml = gitlab(f"production: {{registry: {{{settings}}}}}")
    found = work_out(registry("http: {host: 'https://other.example.com', addr: ':5000'}"), yml)
    assert urls(found)[:2] == (url, "http://127.0.0.1:5000")


@pytest.mark.parametrize("port", ["'no number'", "99999", "'0'"])
def test_gitlabs_word_that_makes_no_url_is_not_asked(port: str) -> None:
    assert urls(
        work_out(registry("http: {addr: ':5000'}"), gitlab(f"registry: {{host: r.example.com, port: {port}}}"))
    ) == (
        "http://127.0.0.1:5000",
        "http://127.0.0.1:5000",
        None,
        None,
    )


def test_without_gitlab_the_registrys_own_host_counts() -> None:
    assert urls(work_out(registry("http: {host: 'https://r.example.com/'}")))[0] == "https://r.example.com"


@pytest.mark.parametrize("host", ["registry.example.com", "ftp://r.example.com", "https://[bad", "https://r:99999"])
def test_a_host_that_is_no_url_is_not_asked(host: str) -> None:
    assert urls(work_out(registry(f"http: {{host: '{host}', addr: ':5000'}}")))[0] == "http://127.0.0.1:5000"


def test_options_win_over_files() -> None:
    target = Target(
        registry_url="https://r.example.net/", gitlab_url="https://g.example.net/", debug_url="http://d.example.net:1"
    )
    config = registry(f"http: {{host: 'https://r.example.com', debug: {{addr: ':5001'}}}}\n{REALM}")
    found = work_out(config, gitlab("registry: {host: r.example.com}"), target)
    expected = ("https://r.example.net", None, "http://d.example.net:1", "https://g.example.net/jwt/auth")
    assert urls(found) == expected
    assert found.realm is not None
    assert found.realm.said_by.quote == "--gitlab https://g.example.net/"


def test_a_copied_tree_gives_no_address_of_its_own() -> None:
    config = registry(f"http: {{host: 'https://r.example.com', addr: ':5000', debug: {{addr: ':5001'}}}}\n{REALM}")
    with pytest.raises(NotApplicableError, match="the files are a copy"):
        work_out(config, gitlab("registry: {host: r.example.com}"), installation=COPY)


def test_of_a_copied_tree_only_what_is_named_and_its_realm_are_asked() -> None:
    config = registry(f"http: {{addr: ':5000', debug: {{addr: ':5001'}}}}\n{REALM}")
    target = Target(registry_url="https://r.example.com")
    expected = ("https://r.example.com", None, None, "https://gitlab.example.com/jwt/auth")
    assert urls(work_out(config, target=target, installation=COPY)) == expected
    alone = work_out(config, target=Target(gitlab_url="https://g.example.com"), installation=COPY)
    assert urls(alone) == (None, None, None, "https://g.example.com/jwt/auth")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "gitlab.localhost"])
def test_a_realm_on_the_copied_hosts_loopback_is_not_asked_here(host: str) -> None:
    config = registry(f"auth: {{token: {{realm: 'http://{host}:8080/jwt/auth'}}}}")
    target = Target(registry_url="https://r.example.com")
    assert work_out(config, target=target, installation=COPY).realm is None
    assert work_out(config, target=target).realm is not None


@pytest.mark.parametrize("realm", ["https://[bad", "gitlab.example.com/jwt/auth", "null"])
def test_a_realm_that_is_no_url_is_not_asked(realm: str) -> None:
    assert work_out(registry(f"http: {{addr: ':5000'}}\nauth: {{token: {{realm: '{realm}'}}}}")).realm is None


def test_nothing_to_ask_is_said() -> None:
    with pytest.raises(NotApplicableError, match=r"no address to ask was given \(--registry URL\)"):
        work_out(installation=NONE)
