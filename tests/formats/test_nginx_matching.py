"""nginx takes the longest prefix, unless a regular expression comes first; so do we."""

from __future__ import annotations

import pytest

from regdoctor.formats.located import Place
from regdoctor.formats.nginx_config import Server, nginx_config
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.nginx_matching import is_about_v2, locations_for_v2

PLACE = Place("nginx.conf", 1)


def _server(*patterns: str) -> Server:
    locations = tuple(Directive("location", tuple(pattern.split()), PLACE, ()) for pattern in patterns)
    return nginx_config([("nginx.conf", (Directive("server", (), PLACE, locations),))]).servers[0]


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        (("/",), ["/"]),
        (("/", "/v2/"), ["/v2/"]),
        (("/", "/v2", "/v2/_catalog", "/app/"), ["/v2", "/v2/_catalog"]),
        (("/", "= /v2/", "= /v2", "@named"), ["/", "/v2/"]),
        (("/v2/", "~ ^/v2/"), ["^/v2/"]),
        (("^~ /v2/", "~ ^/v2/"), ["/v2/", "^/v2/"]),
        (("/v2/", "~ /blobs/uploads/$"), ["/v2/", "/blobs/uploads/$"]),
        (("/", "~* ^/V2/", "~ ^/V2/", "~ \\.html$"), ["^/V2/"]),
        (("/app/",), []),
    ],
)
def test_the_location_of_v2_is_the_one_that_nginx_chooses(patterns: tuple[str, ...], chosen: list[str]) -> None:
    assert [location.pattern for location in locations_for_v2(_server(*patterns))] == chosen


@pytest.mark.parametrize("pattern", ["~ ^/((v2/)+)+$", "~ (?<name>v2)", "~ v2" + "x" * 300])
def test_an_expression_that_is_not_tried_counts_if_it_speaks_of_v2(pattern: str) -> None:
    assert len(list(locations_for_v2(_server(pattern)))) == 1
    assert not list(locations_for_v2(_server(pattern.replace("v2", "v9"))))


@pytest.mark.parametrize(
    ("pattern", "about"), [("/", True), ("/v2/x", True), ("/v", True), ("/registry/", False), ("", False)]
)
def test_a_prefix_is_about_v2(pattern: str, about: bool) -> None:
    assert is_about_v2(pattern) is about
