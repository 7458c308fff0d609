"""Compressing layers, and keeping answers, are warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Pass
from regdoctor.checks.proxy.blobs_compressed_or_cached import blobs_compressed_or_cached
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.public_reads import PublicReads
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import BEARER, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given
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


# By what a manifest and a blob at the public address show

URL = "https://registry.example.com"


def reads(
    manifest: tuple[tuple[str, str], ...] = (), blob: tuple[tuple[str, str], ...] = (), status: int = 200
) -> PublicReads:
    """The answers, with these headers."""
    return PublicReads(
        Exchange("GET", f"{URL}/v2/a/manifests/latest", status=200, headers=manifest),
        Exchange("GET", f"{URL}/v2/a/blobs/sha256:0", status=status, headers=blob),
    )


@pytest.mark.parametrize(
    ("answers", "words", "line"),
    [
        (reads(blob=(("Content-Encoding", "gzip"),)), "blobs arrive compressed (gzip)", "gzip off;"),
        (reads(manifest=(("Age", "31"),)), "a manifest by its tag comes out of a cache (Age)", "proxy_cache off;"),
        (reads(manifest=(("CF-Cache-Status", "HIT"),)), "out of a cache (CF-Cache-Status)", "proxy_cache off;"),
        (reads(blob=(("X-Cache", "Hit from cloudfront"),), status=307), "a redirect to the bucket", "proxy_cache off;"),
    ],
)
def test_what_a_proxy_does_to_answers_is_a_finding(given: Given, answers: PublicReads, words: str, line: str) -> None:
    fail = given.fail(blobs_compressed_or_cached, reads=answers)
    assert words in fail.message
    assert fail.resource == f"{URL}/v2/"
    assert line in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize(
    "answers",
    [
        reads(),
        reads(manifest=(("Content-Encoding", "gzip"),)),
        reads(blob=(("X-Cache", "HIT"), ("Age", "100"))),
        reads(blob=(("Content-Encoding", "gzip"),), status=403),
        reads(manifest=(("X-Cache", "Miss from cloudfront"), ("Age", "0"), ("CF-Cache-Status", "DYNAMIC"))),
    ],
    ids=["nothing", "manifest", "immutable blob", "error page", "no hit"],
)
def test_what_harms_nobody_passes(given: Given, answers: PublicReads) -> None:
    assert given.passes(blobs_compressed_or_cached, reads=answers)


def test_nginxs_own_lines_are_the_one_finding_where_both_show(proxied: Proxied) -> None:
    answers = reads(blob=(("Content-Encoding", "gzip"),))
    fail = proxied.one(blobs_compressed_or_cached, proxied.server("gzip on;", "gzip_types *;"), reads=answers)
    assert fail.evidence[0].quote == "gzip on;"
    outside = proxied.one(blobs_compressed_or_cached, proxied.server(), reads=answers)
    assert isinstance(outside, Fail)
    assert outside.resource == f"{URL}/v2/"
    assert isinstance(proxied.one(blobs_compressed_or_cached, proxied.server(), reads=reads()), Pass)
    assert isinstance(proxied.one(blobs_compressed_or_cached, proxied.server(location="/app/"), reads=reads()), Pass)


def test_without_nginx_and_without_answers_it_says_why(given: Given) -> None:
    none = given.no_such
    assert given.unknown(blobs_compressed_or_cached, nginx=none, reads=given.not_here)
    assert given.skips(blobs_compressed_or_cached, nginx=none, reads=none)
    assert given.unknown(blobs_compressed_or_cached, nginx=given.not_here, reads=none)


BLOB = f"GET /v2/a/blobs/sha256:{'ab' * 32}"
HIT = ("X-Cache", "HIT")


def test_a_compressed_blob_and_a_kept_answer_are_told_in_traffic() -> None:
    gzip = exchanged(BLOB, 200, (("Content-Encoding", "gzip"),))
    kept = exchanged("GET /v2/a/manifests/latest", 200, (HIT,), shown=BEARER)
    redirect = exchanged(BLOB, 307, (HIT, ("Location", "https://b.example.com/x")), shown=BEARER)

    assert len(seen(blobs_compressed_or_cached, gzip, kept, redirect)) == 3


def test_what_a_delivery_network_may_keep_is_not_told_in_traffic() -> None:
    by_digest = exchanged(f"GET /v2/a/manifests/sha256:{'ab' * 32}", 200, (HIT,), shown=BEARER)
    anonymous = exchanged("GET /v2/a/manifests/latest", 200, (HIT,))
    public = exchanged("GET /v2/a/manifests/latest", 200, (HIT, ("Cache-Control", "public, max-age=60")), shown=BEARER)
    small = exchanged("GET /v2/a/manifests/latest", 200, (("Content-Encoding", "gzip"),), shown=BEARER)

    assert not seen(blobs_compressed_or_cached, by_digest, anonymous, public, small)
