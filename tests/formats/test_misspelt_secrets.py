"""A key that is misspelt does not bring a password to light."""

from __future__ import annotations

import pytest

from regdoctor.formats.located import Located, Place
from regdoctor.formats.misspelt_secrets import is_meant_secret, quote_as_meant


@pytest.mark.parametrize(
    ("value", "meant", "secret"),
    [
        ("planted-4711-value", "storage.s3.secretkey", True),
        (47114711, "http.secret", True),
        ("planted-4711-value", "storage.s3.region", False),
        ("planted-4711-value", None, False),
        (True, "storage.s3.encrypt", False),
        (None, "http.secret", False),
    ],
)
def test_what_was_meant_decides(value: str | int | bool | None, meant: str | None, secret: bool) -> None:
    located = Located(value, Place("c", 3), "storage.s3.secretky")
    assert is_meant_secret(located, meant) is secret
    quote = quote_as_meant(located, meant)
    assert (quote.source, quote.line) == ("c", 3)
    assert quote.quote.startswith("storage.s3.secretky:")
    assert "4711" not in quote.quote
