"""A limit below 100 MB is an error, one below 1 GB a warning, none or a high one is healthy."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Pass, Severity, Skip, Unknown
from regdoctor.checks.proxy.body_size_limited import body_size_limited

if TYPE_CHECKING:
    from tests.checks.proxy.conftest import Proxied


@pytest.mark.parametrize("size", ["1m", "104857599", "99M", "512k"])
def test_a_limit_that_ordinary_layers_exceed_is_an_error(proxied: Proxied, size: str) -> None:
    fail = proxied.one(body_size_limited, proxied.server(f"client_max_body_size {size};"))
    assert isinstance(fail, Fail)
    assert fail.severity is None
    assert fail.evidence[0].quote == f"client_max_body_size {size};"
    assert fail.resource == "registry.example.com location /v2/"


def test_a_route_that_was_only_taken_for_the_registrys_says_so(proxied: Proxied) -> None:
    text = proxied.server("client_max_body_size 1m;", location="/")
    nginx = dataclasses.replace(proxied.read(text), by_hand=True)
    words = "registry.example.com location / is taken for the registry's, for it leads to port 5000"
    assert words in proxied.one(body_size_limited, nginx).message
    healthy = dataclasses.replace(proxied.read(proxied.server(location="/")), by_hand=True)
    assert words in proxied.one(body_size_limited, healthy).message


@pytest.mark.parametrize("size", ["100m", "1023m"])
def test_a_limit_that_large_layers_exceed_is_a_warning(proxied: Proxied, size: str) -> None:
    fail = proxied.one(body_size_limited, proxied.server(f"client_max_body_size {size};"))
    assert fail.severity is Severity.WARNING


@pytest.mark.parametrize("size", ["0", "1g", "1024M", "20G"])
def test_no_limit_and_a_high_one_pass(proxied: Proxied, size: str) -> None:
    assert isinstance(proxied.one(body_size_limited, proxied.server(f"client_max_body_size {size};")), Pass)


def test_the_default_is_an_error(proxied: Proxied) -> None:
    fail = proxied.one(body_size_limited, proxied.server(drop=("client_max_body_size",)))
    assert "its default, 1m" in fail.message


def test_the_limit_of_the_outer_level_holds(proxied: Proxied) -> None:
    fail = proxied.one(body_size_limited, "client_max_body_size 250m;\n" + proxied.server(drop=("client_max",)))
    assert (fail.evidence[0].line, fail.severity) == (3, Severity.WARNING)


def test_each_location_is_judged(proxied: Proxied) -> None:
    limited = proxied.server("client_max_body_size 5m;", listen="8443 ssl")
    outcomes = proxied.outcomes(body_size_limited, proxied.server() + limited)
    assert [type(outcome) for outcome in outcomes] == [Fail]


def test_a_location_that_v2_does_not_go_to_is_none_of_it(proxied: Proxied) -> None:
    ui = "location / { proxy_pass http://127.0.0.1:5000; }\n    location /v2/"
    text = proxied.server().replace("location /v2/", ui)
    assert isinstance(proxied.one(body_size_limited, text, config=proxied.config()), Pass)


def test_without_a_registry_behind_it_is_skipped(proxied: Proxied) -> None:
    assert isinstance(proxied.one(body_size_limited, proxied.server(location="/app/")), Skip)


def test_a_file_that_could_not_be_read_may_say_it(proxied: Proxied) -> None:
    text = proxied.server(drop=("client_max_body_size",)) + "include /etc/other/*.conf;"
    nginx = proxied.read(text, dialect=Dialect.COMPOSE)
    assert isinstance(proxied.one(body_size_limited, nginx), Unknown)


def test_where_nobody_may_push_it_is_skipped(proxied: Proxied) -> None:
    pulls = proxied.server("client_max_body_size 1m;", "limit_except GET HEAD { deny all; }")
    assert isinstance(proxied.one(body_size_limited, pulls), Skip)


@pytest.mark.parametrize("limit", ["GET HEAD POST PUT PATCH { deny all; }", "GET { allow 10.0.0.0/8; deny all; }"])
def test_where_some_may_push_it_is_judged(proxied: Proxied, limit: str) -> None:
    assert isinstance(
        proxied.one(body_size_limited, proxied.server("client_max_body_size 1m;", f"limit_except {limit}")), Fail
    )
