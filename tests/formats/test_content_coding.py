"""Content encodings are undone, and no further than a bound."""

from __future__ import annotations

import gzip
import zlib

import pytest

from regdoctor.formats.content_coding import decoded

BODY = b'{"errors":[]}' * 10
RAW = zlib.compressobj(wbits=-15)
DEFLATED = RAW.compress(BODY) + RAW.flush()


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (BODY, "identity"),
        (gzip.compress(BODY), "gzip"),
        (gzip.compress(BODY), " X-GZIP "),
        (zlib.compress(BODY), "deflate"),
        (DEFLATED, "deflate"),
        (gzip.compress(zlib.compress(BODY)), "deflate, gzip"),
    ],
)
def test_what_is_known_is_undone(body: bytes, coding: str) -> None:
    assert decoded(body, coding, 1000) == BODY


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_not_unpacked(coding: str) -> None:
    bomb = (gzip if coding == "gzip" else zlib).compress(bytes(50 << 20))

    assert decoded(bomb, coding, 1 << 20) is None


@pytest.mark.parametrize(
    ("body", "coding"),
    [(BODY, "gzip"), (gzip.compress(BODY)[:-9], "gzip"), (BODY, "deflate"), (BODY, "own")],
)
def test_what_cannot_be_undone_is_not_guessed(body: bytes, coding: str) -> None:
    assert decoded(body, coding, 1000) is None
