"""The rows of a token say what is in it, and no more than people read."""

from __future__ import annotations

import json

from regdoctor.tokens.inspection import inspect
from regdoctor.tokens.report import render_text
from tests.tokens.conftest import CLAIMS, NOW, TRUST, made


def test_of_many_claims_the_first_are_shown_and_the_rest_counted() -> None:
    many = CLAIMS | {f"claim{number:03}": number for number in range(3_000)}
    text = render_text(inspect(made(text=json.dumps(many).encode()), TRUST, NOW), None, 80)

    assert "claim019           19\nmore claims        2,980\n" in text
    assert "claim020" not in text
