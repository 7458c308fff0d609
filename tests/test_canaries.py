"""The search for secrets finds them in every form."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from tests.canaries import leaks

SECRET = 'Canary+7f1d/9b "quoted" \\ é'


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET),
        quote_plus(SECRET),
        json.dumps({"a": SECRET}),
        repr(SECRET),
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
        *(base64.b64encode(f"{before}{SECRET}:x".encode()).decode() for before in ("", "u", "us", "lab:")),
        *(base64.urlsafe_b64encode(f"{before}{SECRET}".encode()).decode() for before in ("", "u", "us", "lab:")),
    ],
)
def test_a_secret_is_found(text: str) -> None:
    assert leaks({"stdout": f"before {text} after".encode()}, {"password": SECRET})


def test_a_text_without_it_is_clean() -> None:
    assert leaks({"stdout": b"before after"}, {"password": SECRET}) == []
