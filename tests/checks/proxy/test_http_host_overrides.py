"""http.host must be the URL that clients use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Pass, Severity, Skip
from regdoctor.checks.proxy.http_host_overrides import http_host_overrides

if TYPE_CHECKING:
    from regdoctor.formats.registry_config import RegistryConfig
    from tests.checks.proxy.conftest import Proxied


def _config(proxied: Proxied, host: str) -> RegistryConfig:
    return proxied.config(f"http:\n  addr: 127.0.0.1:5000\n  host: {host}\n")


@pytest.mark.parametrize("host", ["192.0.2.7:5000", "'://registry'", "'http://registry:port'"])
def test_what_go_cannot_read_stops_the_registry(proxied: Proxied, host: str) -> None:
    fail = proxied.one(http_host_overrides, proxied.server(), config=_config(proxied, host))
    assert (fail.severity, fail.resource, fail.evidence[0].line) == (Severity.CRITICAL, "http.host", 3)


@pytest.mark.parametrize("host", ["registry.example.com", "registry.example.com:5000", "localhost:5000", "/x"])
def test_what_has_no_scheme_is_passed_over(proxied: Proxied, host: str) -> None:
    fail = proxied.one(http_host_overrides, proxied.server(), config=_config(proxied, host))
    assert isinstance(fail, Fail)
    assert fail.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("https://other.example.com", 443),
        ("https://registry.example.com:5000", 443),
        ("https://registry.example.com", 5050),
        ("http://registry.example.com", 443),
    ],
)
def test_another_url_than_gitlabs_is_an_error(proxied: Proxied, host: str, port: int) -> None:
    fail = proxied.one(
        http_host_overrides, proxied.server(), config=_config(proxied, host), gitlab=proxied.gitlab(port)
    )
    assert fail.severity is None
    assert fail.evidence[1].source.endswith("gitlab.yml")
    assert "https://registry.example.com" in fail.remedy[Dialect.PLAIN].commands[0]


def test_plain_http_to_a_server_with_tls_is_an_error(proxied: Proxied) -> None:
    config = _config(proxied, "http://registry.example.com")
    fail = proxied.one(http_host_overrides, proxied.server(), config=config)
    assert "nginx takes TLS" in fail.message


@pytest.mark.parametrize(
    ("host", "port"), [("https://registry.example.com", 443), ("https://registry.example.com:5050", 5050)]
)
def test_the_public_url_passes(proxied: Proxied, host: str, port: int) -> None:
    outcome = proxied.one(
        http_host_overrides, proxied.server(), config=_config(proxied, host), gitlab=proxied.gitlab(port)
    )
    assert isinstance(outcome, Pass)


def test_unset_it_is_skipped(proxied: Proxied) -> None:
    assert isinstance(proxied.one(http_host_overrides, proxied.server(), config=proxied.config()), Skip)
