"""proxy_pass leads to an address, to the servers of an upstream, or where a variable says."""

from __future__ import annotations

import pytest

from regdoctor.formats.located import Place
from regdoctor.formats.nginx_config import NginxConfig, nginx_config
from regdoctor.formats.nginx_destinations import Destination, destinations
from regdoctor.formats.nginx_directives import Directive

PLACE = Place("nginx.conf", 1)


def _say(name: str, *args: str, inside: tuple[Directive, ...] | None = None) -> Directive:
    return Directive(name, args, PLACE, inside)


def _leads(proxy_pass: str, *more: Directive) -> tuple[Destination, ...]:
    servers = tuple(_say("server", text) for text in ("registry:5000", "[::1]:5001", "unix:/run/r.sock", "plain"))
    location = _say("location", "/v2/", inside=(*more, _say("proxy_pass", proxy_pass)))
    http = _say("http", inside=(_say("upstream", "backend", inside=servers), _say("server", inside=(location,))))
    config: NginxConfig = nginx_config([("nginx.conf", (http,))])
    return destinations(config.servers[0].locations[0], config)


@pytest.mark.parametrize(
    ("text", "scheme", "authority", "path", "host", "port"),
    [
        ("http://127.0.0.1:5000", "http", "127.0.0.1:5000", "", "127.0.0.1", 5000),
        ("HTTPS://Registry/", "https", "Registry", "/", "registry", 443),
        ("http://[::1]:5000/v2/", "http", "[::1]:5000", "/v2/", "::1", 5000),
        ("http://registry:5000$request_uri", "http", "registry:5000", "$request_uri", "registry", 5000),
        ("http://unix:/run/r.sock:/v2/", "http", "unix:/run/r.sock", "/v2/", "unix:/run/r.sock", None),
        ("http://registry:$port", "http", "registry:$port", "", "registry", None),
    ],
)
def test_an_address_is_taken_apart(
    text: str, scheme: str, authority: str, path: str, host: str, port: int | None
) -> None:
    (found,) = _leads(text)
    assert (found.scheme, found.authority, found.path) == (scheme, authority, path)
    assert [(one.host, one.port) for one in found.addresses] == [(host, port)]


def test_an_upstream_is_its_servers() -> None:
    (found,) = _leads("http://backend/")
    assert found.upstream is not None
    assert [(one.host, one.port) for one in found.addresses] == [
        ("registry", 5000),
        ("::1", 5001),
        ("unix:/run/r.sock", None),
        ("plain", 80),
    ]
    assert found.addresses[0].directive.name == "server"


def test_a_variable_is_followed() -> None:
    (found,) = _leads("$up/x", _say("set", "$up", "http://registry:5000"))
    assert (found.by_variable, found.authority, found.path) == (True, "registry:5000", "/x")
    assert _leads("$nobody_knows") == ()


@pytest.mark.parametrize("text", ["", "registry:5000", "ftp://x", "http//x"])
def test_what_is_no_url_leads_nowhere(text: str) -> None:
    assert _leads(text) == ()
