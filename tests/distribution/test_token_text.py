"""A token is taken apart as Go would, and what Go would not read is told in its words."""

from __future__ import annotations

import base64
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regdoctor.distribution.token_text import (
    CLAIMS,
    MalformedTokenError,
    UndecidedTokenError,
    decode_bare,
    decode_padded,
    read_members,
)


def said(data: bytes, *, strict: bool = False) -> str:
    """What is said of claims that cannot be read."""
    with pytest.raises(MalformedTokenError) as raised:
        read_members(data, CLAIMS, "ClaimSet", strict=strict)
    return raised.value.said


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_base64url_with_padding_and_without(data: bytes) -> None:
    padded = base64.urlsafe_b64encode(data).decode()
    assert decode_padded(padded) == decode_padded(padded.rstrip("=")) == decode_bare(padded.rstrip("=")) == data


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_decoded_or_malformed(text: str) -> None:
    for decode in (decode_padded, decode_bare):
        with suppress(MalformedTokenError):
            assert len(decode(text)) <= len(text)


def test_only_distribution_2_takes_padding() -> None:
    assert decode_padded("e30=") == b"{}"
    with pytest.raises(MalformedTokenError):
        decode_bare("e30=")


def test_the_last_of_two_claims_counts_and_go_jose_takes_no_two() -> None:
    assert read_members(b'{"iss":"a","ISS":"b"}', CLAIMS, "ClaimSet", strict=False) == {"iss": "b"}
    assert read_members(b'{"iss":"a","ISS":"b"}', CLAIMS, "ClaimSet", strict=True) == {"iss": "a"}
    assert said(b'{"iss":"a","iss":"b"}', strict=True) == "json: duplicate key 'iss' in object"


def test_what_is_null_or_unknown_is_left_out() -> None:
    assert read_members(b'{"iss":null,"x":1.5,"exp":-0}', CLAIMS, "ClaimSet", strict=False) == {"exp": 0}
    assert read_members(b"null", CLAIMS, "ClaimSet", strict=False) == {}


def test_the_first_of_several_wrong_types_is_told() -> None:
    assert "number 1e3 into Go struct field ClaimSet.exp" in said(b'{"exp":1e3,"iss":5}')
    assert said(b"true") == "json: cannot unmarshal bool into Go value of type token.ClaimSet"
    assert said(b'{"access":[{"actions":5}]}') == ""


def test_half_a_pair_is_replaced_and_what_is_no_utf8_too() -> None:
    found = read_members(b'{"iss":"\\ud800","sub":"\xff"}', CLAIMS, "ClaimSet", strict=False)
    assert found == {"iss": "\N{REPLACEMENT CHARACTER}", "sub": "\N{REPLACEMENT CHARACTER}"}


@pytest.mark.parametrize("strict", [False, True])
def test_nesting_is_bounded(strict: bool) -> None:
    deep = b'{"x":' + b"[" * 9_000 + b"]" * 9_000 + b"}"
    with pytest.raises(UndecidedTokenError):
        read_members(deep, CLAIMS, "ClaimSet", strict=strict)
    with pytest.raises(UndecidedTokenError if strict else MalformedTokenError):
        read_members(b"[" * 1_000_000, CLAIMS, "ClaimSet", strict=strict)


def test_a_quote_that_never_ends_takes_no_time() -> None:
    assert said(b'{"' + b'\\"' * 500_000) == ""


def test_brackets_within_text_are_no_nesting() -> None:
    claims = json.dumps({"iss": "[" * 20_000 + '"'}).encode()
    assert read_members(claims, CLAIMS, "ClaimSet", strict=False) == {"iss": "[" * 20_000 + '"'}
