"""The port of Location is the one that the client came by, or a finding."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Pass, Severity, Skip, Unknown
from regdoctor.checks.proxy.location_loses_port import location_loses_port
from regdoctor.checks.proxy.location_wrong_scheme import location_wrong_scheme
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.upload_start import UploadStart
from regdoctor.formats.compose_file import ComposeFile, parse_compose_file
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.proxy.conftest import Proxied


def _start(given: Given, asked: str, base: str) -> UploadStart:
    said_by = given.asks().endpoint.said_by
    location = f"{base}/v2/a/blobs/uploads/4299c757?_state=SECRETSTATE"
    post = given.exchange(f"{asked}/v2/a/blobs/uploads/", 202, ("Location", location), method="POST")
    return UploadStart(Endpoint(asked, said_by), post, location, True, None)


@pytest.mark.parametrize(
    ("asked", "base", "port"),
    [
        ("https://r.example.com:5050", "https://r.example.com", "443"),
        ("https://r.example.com:5050", "https://R.Example.COM:443", "443"),
        ("https://r.example.com", "https://r.example.com:5000", "5000"),
        ("http://r.example.com:5000", "http://r.example.com", "80"),
        ("https://[2001:db8::1]:5050", "https://[2001:db8::1]", "443"),
        ("https://r.example.com:8443", "http://r.example.com", "443"),
    ],
)
def test_another_port_is_a_finding(given: Given, asked: str, base: str, port: str) -> None:
    fail = given.fail(location_loses_port, start=_start(given, asked, base))
    assert f"on to port {port}" in fail.message
    assert fail.resource == asked
    assert all(
        "$http_host" in command
        for command in [command for remedy in fail.remedy.values() for command in remedy.commands]
        if "proxy_set_header" in command
    )
    assert "SECRETSTATE" not in fail.evidence[0].quote


@pytest.mark.parametrize(
    ("asked", "base"),
    [
        ("https://r.example.com", "https://r.example.com:443"),
        ("https://r.example.com:443", "https://r.example.com"),
        ("https://r.example.com:443", "https://R.EXAMPLE.com:443"),
        ("http://r.example.com:80", "http://r.example.com"),
        ("https://r.example.com:5050", "https://r.example.com:5050"),
        ("https://r.example.com:5050", ""),
        ("https://[2001:db8::1]", "https://[2001:db8::1]:443"),
    ],
)
def test_the_same_port_passes_written_or_not(given: Given, asked: str, base: str) -> None:
    assert given.passes(location_loses_port, start=_start(given, asked, base))


@pytest.mark.parametrize(
    ("asked", "base"), [("https://r.example.com", "http://r.example.com"), ("http://h:80", "https://h")]
)
def test_a_wrong_scheme_alone_is_not_a_lost_port(given: Given, asked: str, base: str) -> None:
    assert given.passes(location_loses_port, start=_start(given, asked, base))


def test_another_host_is_the_other_checks_concern(given: Given) -> None:
    start = _start(given, "https://r.example.com:5050", "https://backend:5000")
    assert "location_shows_upstream" in given.skips(location_loses_port, start=start)
    assert given.passes(location_wrong_scheme, start=start)


# By nginx's configuration, where no upload was started


@pytest.mark.parametrize("value", ["$host", "$server_name", "registry.example.com", "$host:443"])
def test_a_host_without_the_public_port_is_a_finding(proxied: Proxied, value: str) -> None:
    text = proxied.server(f"proxy_set_header Host {value};", listen="5050 ssl")
    fail = proxied.one(location_loses_port, text, gitlab=proxied.gitlab(5050))
    assert fail.severity is None
    assert fail.evidence[0].quote == f"proxy_set_header Host {value};"
    assert fail.evidence[-1].source.endswith("gitlab.yml")


def test_where_nothing_names_the_port_it_is_a_warning(proxied: Proxied) -> None:
    text = proxied.server("proxy_set_header Host $host;", listen="5050 ssl")
    fail = proxied.one(location_loses_port, text)
    assert fail.severity is Severity.WARNING
    unknown = proxied.one(location_loses_port, text, installation=given_compose())
    assert isinstance(unknown, Unknown)


def given_compose() -> Installation:
    """A Compose project, whose containers' ports are not those that clients come by."""
    return Installation(None, Dialect.COMPOSE, live=False)


@pytest.mark.parametrize(
    ("value", "listen", "port"),
    [
        ("$http_host", "5050 ssl", 5050),
        ("$host:$server_port", "5050 ssl", 5050),
        ("registry.example.com:5050", "5050 ssl", 5050),
        ("$host", "443 ssl", 443),
        ("$host", "8443 ssl", 443),
        ("$host", "80", 443),
    ],
)
def test_the_public_port_passes(proxied: Proxied, value: str, listen: str, port: int) -> None:
    text = proxied.server(f"proxy_set_header Host {value};", listen=listen)
    assert isinstance(proxied.one(location_loses_port, text, gitlab=proxied.gitlab(port)), Pass)


def test_x_forwarded_host_comes_first(proxied: Proxied) -> None:
    lines = ("proxy_set_header Host $host;", "proxy_set_header X-Forwarded-Host $http_host;")
    text = proxied.server(*lines, listen="5050 ssl")
    assert isinstance(proxied.one(location_loses_port, text, gitlab=proxied.gitlab(5050)), Pass)


def test_nginx_s_own_default_is_the_other_checks_concern(proxied: Proxied) -> None:
    text = proxied.server(drop=("proxy_set_header Host",), listen="5050 ssl")
    assert isinstance(proxied.one(location_loses_port, text, gitlab=proxied.gitlab(5050)), Skip)


# By the ports that Compose publishes


def composed(ports: str, *, more: str = "", source: str = "./nginx.conf") -> ComposeFile:
    """A project beside the tests' nginx.conf, whose nginx publishes `ports`."""
    text = (
        f"services:\n  nginx:\n    image: nginx:1.27\n    ports: [{ports}]\n{more}"
        f"    volumes: ['{source}:/etc/nginx/nginx.conf:ro']\n  registry: {{image: 'registry:2.8.3'}}\n"
    )
    return parse_compose_file([(text.encode(), "@FOLDER@/compose.yaml")])


def beside(compose: ComposeFile, proxied: Proxied) -> ComposeFile:
    """The same project in the folder of nginx.conf."""
    return dataclasses.replace(compose, source=str(proxied.folder / "root/etc/nginx/compose.yaml"))


@pytest.mark.parametrize(
    ("ports", "value", "listen"),
    [
        ("'5000:443'", "$host", "443 ssl"),
        ("'5000:443'", "$host:$server_port", "443 ssl"),
        ("'5000:8443', '5443:8443'", "$host", "8443 ssl"),
        ("{target: 443, published: 5000}", "$host", "443 ssl"),
    ],
)
def test_a_host_without_the_port_that_compose_publishes_is_a_warning(
    proxied: Proxied, ports: str, value: str, listen: str
) -> None:
    text = proxied.server(f"proxy_set_header Host {value};", listen=listen)
    fail = proxied.one(location_loses_port, text, compose=beside(composed(ports), proxied))
    assert isinstance(fail, Fail)
    assert fail.severity is Severity.WARNING
    assert "come by port 5000" in fail.message
    assert fail.evidence[-1].source == "@FOLDER@/compose.yaml"
    assert any("https://registry.example.com:5000" in one for one in fail.remedy[Dialect.PLAIN].commands)


@pytest.mark.parametrize(
    "project",
    [
        composed("'443:443'"),
        composed("'443:443', '5000:443'"),
        composed("'127.0.0.1:5000:443'"),
        composed("'443'"),
        composed("'5000:80'"),
        composed("'5000:443'", more="    network_mode: host\n"),
        composed("'5000:443'", source="./other.conf"),
        composed("'5000:443'", source="/etc/nginx/nginx.conf"),
    ],
    ids=["443", "443 too", "loopback", "chosen by Docker", "another", "host network", "other file", "other host"],
)
def test_where_compose_does_not_tell_another_port_it_is_no_finding(proxied: Proxied, project: ComposeFile) -> None:
    text = proxied.server("proxy_set_header Host $host;")
    assert isinstance(proxied.one(location_loses_port, text, compose=beside(project, proxied)), Pass)


def test_a_mount_by_its_whole_path_is_found_below_the_root(proxied: Proxied) -> None:
    here = Installation(proxied.folder / "root", Dialect.COMPOSE, live=False)
    project = beside(composed("'5000:443'", source="/etc/nginx"), proxied)
    text = proxied.server("proxy_set_header Host $host;")
    assert isinstance(proxied.one(location_loses_port, text, compose=project, installation=here), Fail)


def test_the_port_that_gitlab_names_comes_before_composes(proxied: Proxied) -> None:
    text = proxied.server("proxy_set_header Host $host;")
    project = beside(composed("'5000:443'"), proxied)
    assert isinstance(proxied.one(location_loses_port, text, compose=project, gitlab=proxied.gitlab(443)), Pass)


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://registry.example.com/v2/a/blobs/uploads/u", 1),
        ("https://registry.example.com:5050/v2/a/blobs/uploads/u", 0),
        ("/v2/a/blobs/uploads/u", 0),
        ("https://other.example.com/v2/a/blobs/uploads/u", 0),
    ],
)
def test_the_port_is_told_in_traffic(location: str, told: int) -> None:
    started = exchanged("POST https://registry.example.com:5050/v2/a/blobs/uploads/", 202, (("Location", location),))

    assert len(seen(location_loses_port, started)) == told
