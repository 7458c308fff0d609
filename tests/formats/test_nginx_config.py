"""Servers, locations, maps and upstreams come out of the directives with their scopes."""

from __future__ import annotations

import pytest

from regdoctor.formats.located import Place, UnreadableError
from regdoctor.formats.nginx_config import NginxConfig, nginx_config
from regdoctor.formats.nginx_directives import Directive


def _block(name: str, *args: str, inside: tuple[Directive, ...] = ()) -> Directive:
    return Directive(name, args, Place("nginx.conf", 1), inside)


def _say(name: str, *args: str) -> Directive:
    return Directive(name, args, Place("nginx.conf", 1))


def _read(*inside_http: Directive) -> NginxConfig:
    return nginx_config([("nginx.conf", (_block("http", inside=inside_http),))])


def test_a_server_has_its_names_and_locations() -> None:
    (server,) = _read(
        _block(
            "server",
            inside=(
                _say("server_name", "Registry.example.com", "r"),
                _block("location", "/", inside=(_block("location", "~*", "\\.html$"),)),
                _block("location", "=/v2/"),
                _block("location", "@named"),
            ),
        )
    ).servers
    assert server.names == ("registry.example.com", "r")
    assert [(one.modifier, one.pattern) for one in server.locations] == [
        ("", "/"),
        ("~*", "\\.html$"),
        ("=", "/v2/"),
        ("@", "@named"),
    ]
    assert [one.words() for one in server.locations][1:] == [
        "location ~* \\.html$",
        "location = /v2/",
        "location @named",
    ]
    assert not server.ends_tls


def test_an_if_in_a_location_is_a_place_of_its_own() -> None:
    inner = _block("if", "$x", inside=(_say("proxy_pass", "http://a"), _say("gzip", "off")))
    location = _block("location", "/v2/", inside=(_say("proxy_pass", "http://b"), inner))
    (server,) = _read(_say("gzip", "on"), _block("server", inside=(location,))).servers
    outer, conditional = server.locations
    assert (outer.conditional, conditional.conditional, conditional.pattern) == (False, True, "/v2/")
    assert outer.proxy_pass == _say("proxy_pass", "http://b")
    assert conditional.proxy_pass == _say("proxy_pass", "http://a")
    assert outer.scope.setting("gzip") == _say("gzip", "on")
    assert conditional.scope.setting("gzip") == _say("gzip", "off")


def test_proxy_pass_is_not_inherited() -> None:
    nested = _block("location", "/v2/x/")
    location = _block("location", "/v2/", inside=(_say("proxy_pass", "http://b"), nested))
    (server,) = _read(_block("server", inside=(location,))).servers
    assert server.locations[1].proxy_pass is None


def test_a_map_gives_what_its_variable_may_become() -> None:
    config = _read(
        _block("map", "$a", "$whole", inside=(_say("default", "x"), _say("b", "y"), _say("c", "x"))),
        _block("map", "$a", "$part", inside=(_say("b", "y"),)),
        _block("map", "$a", "$elsewhere", inside=(_say("include", "map.conf"),)),
    )
    assert config.maps == {"whole": ("x", "y"), "part": ("y", "")}


def test_a_tree_without_http_is_what_an_http_block_includes() -> None:
    config = nginx_config([("site", (_block("upstream", "u"), _block("server")))])
    assert list(config.upstreams) == ["u"]
    assert not config.servers[0].scope.whole
    assert _read(_block("server")).servers[0].scope.whole


@pytest.mark.parametrize(
    ("name", "within", "count", "words"),
    [
        ("server", None, 2001, "2,001 servers"),
        ("location", "server", 5001, "5,001 locations"),
        ("server", "upstream", 101, "101 servers in one upstream"),
    ],
)
def test_more_than_any_proxy_has_is_refused(name: str, within: str | None, count: int, words: str) -> None:
    place = Place("nginx.conf", 1)

    def tree(number: int) -> tuple[Directive, ...]:
        block = None if within == "upstream" else ()
        many = tuple(Directive(name, ("/a",), place, block) for _ in range(number))
        inner = many if within is None else (Directive(within, ("u",), place, many),)
        return (Directive("http", (), place, inner),)

    assert nginx_config([("nginx.conf", tree(count - 1))]).sources == ("nginx.conf",)
    with pytest.raises(UnreadableError, match=rf"nginx\.conf: nginx has {words} here; up to"):
        nginx_config([("nginx.conf", tree(count))])
