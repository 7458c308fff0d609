"""Digests are exact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.digests import Digest, digest_of, parse_digest

EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_digest_of_nothing() -> None:
    assert str(digest_of(b"")) == EMPTY


@given(st.binary())
def test_text_of_a_digest_is_read_back(content: bytes) -> None:
    assert parse_digest(str(digest_of(content))) == digest_of(content)


@pytest.mark.parametrize(("algorithm", "length"), [("sha256", 64), ("sha384", 96), ("sha512", 128)])
def test_each_algorithm_has_its_length(algorithm: str, length: int) -> None:
    assert parse_digest(f"{algorithm}:{'a' * length}") == Digest(algorithm, "a" * length)
    with pytest.raises(ValueError, match="digest"):
        parse_digest(f"{algorithm}:{'a' * (length - 2)}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "latest",
        ":",
        "sha256:",
        EMPTY.upper(),
        f" {EMPTY}",
        f"{EMPTY}\n",
        f"{EMPTY[:-1]}g",
        "md5:" + "a" * 32,
    ],
)
def test_what_is_no_digest_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match="digest") as caught:
        parse_digest(text)
    assert "\n" not in str(caught.value)
