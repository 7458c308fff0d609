"""Compressing layers, and keeping answers, are warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Pass
from regdoctor.checks.proxy.blobs_compressed_or_cached import blobs_compressed_or_cached

if TYPE_CHECKING:
    from tests.checks.proxy.conftest import Proxied


@pytest.mark.parametrize("types", ["*", "text/css application/octet-stream"])
def test_compressing_layers_is_a_finding(proxied: Proxied, types: str) -> None:
    fail = proxied.one(blobs_compressed_or_cached, proxied.server("gzip on;", f"gzip_types {types};"))
    assert isinstance(fail, Fail)
    assert [quote.quote for quote in fail.evidence][:2] == ["gzip on;", f"gzip_types {types};"]


@pytest.mark.parametrize("lines", [("gzip on;",), ("gzip_types *;",), ("gzip on;", "gzip_types application/json;")])
def test_compressing_texts_passes(proxied: Proxied, lines: tuple[str, ...]) -> None:
    assert isinstance(proxied.one(blobs_compressed_or_cached, proxied.server(*lines)), Pass)


def test_keeping_answers_is_a_finding(proxied: Proxied) -> None:
    zone = "proxy_cache_path cache keys_zone=all:1m;\n"
    fail = proxied.one(blobs_compressed_or_cached, zone + proxied.server("proxy_cache all;"))
    assert "proxy_cache off;" in fail.remedy["plain"].commands[0]


def test_off_inside_wins_over_on_outside(proxied: Proxied) -> None:
    text = "gzip on;\ngzip_types *;\n" + proxied.server("gzip off;", "proxy_cache off;")
    assert isinstance(proxied.one(blobs_compressed_or_cached, text), Pass)
