"""What looks like a secret is wiped, and what was remembered meanwhile is not missed."""

from __future__ import annotations

import re

import pytest

from regdoctor import redaction
from regdoctor.formats.raw_exchange import RawExchange
from regdoctor.redaction import has_shape_of_secret, remember
from regdoctor.traffic.cleaning import Marks, clean
from regdoctor.traffic.wiping import is_random, scrubbed, wiped

DIGEST = "sha256:" + "0a" * 32
EXPRESSIONS = {name: value for name, value in vars(redaction).items() if isinstance(value, re.Pattern)}
SHAPED = [
    "-----BEGIN PRIVATE KEY-----x",
    "eyJhbGciOiJSUzI1NiJ9.abcd.x",
    "glpat-" + "a" * 20,
    "dckr_pat_" + "a" * 20,
    "AUTHORIZATION: Basic abcdef",
    "X-Registry-Auth: abcdefgh",
    "Job-Token: abcdefgh",
    "Set-Cookie: a=b",
    "https://a:b@host",
    "?sig=x",
    "?HMAC=x",
    "&Policy=x",
    "?hdnts=x",
    "Passwd: x",
    "AccountKey=x",
    "ASIA" + "A" * 16,
]


@pytest.mark.parametrize("text", SHAPED)
def test_each_shape_is_suspected_before_it_is_looked_for(text: str) -> None:
    assert has_shape_of_secret(text)
    assert wiped(text) != text


def test_no_expression_is_without_a_case_here() -> None:
    """Whoever adds one has to say which text of it is suspected first."""
    unseen = {name for name, expression in EXPRESSIONS.items() if not any(map(expression.search, SHAPED))}

    assert unseen == {"_NAMES"}  # names of kinds, which is not looked for in text


def test_random_words_go_and_digests_stay() -> None:
    assert scrubbed(f"a Qx7f1dZ9b22kLmC0ffee55T of {DIGEST}") == f"a [redacted] of {DIGEST}"
    assert (is_random("Qx7f1dZ9"), is_random("registry-garbage-collect")) == (True, False)


def test_a_secret_that_is_remembered_later_is_wiped_from_what_was_clean_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redaction, "_known", {})
    marks = Marks()
    raw = RawExchange("1", "GET", "https://r/v2/winter/", (("User-Agent", "winter/1"),))
    before = clean(raw, marks).exchange
    remember("winter", "password")
    after = clean(raw, marks).exchange

    assert "winter" in before.url
    assert "winter" not in after.url + str(after.request_headers)
