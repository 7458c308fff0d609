"""Credentials become marks; of a token the claims stay."""

from __future__ import annotations

import json

import pytest

from regdoctor import redaction
from regdoctor.distribution.jws import base64url
from regdoctor.redaction import remember
from regdoctor.traffic.clean_credentials import Marks, clean_authorization, clean_given

TOKEN = ".".join(
    base64url(json.dumps(part).encode())
    for part in ({"alg": "RS256", "kid": "A:B"}, {"iss": "g", "sub": "al", "exp": 9})
)


@pytest.mark.parametrize(
    ("value", "scheme", "kind"),
    [
        ("Bearer opaque", "Bearer", "token"),
        ("basic YTpi", "Basic", "login"),
        ("AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=y", "AWS4-HMAC-SHA256", "signature"),
        ("own words", "", "credentials"),
    ],
)
def test_the_scheme_is_told(value: str, scheme: str, kind: str) -> None:
    written, shown = clean_authorization(value, Marks())

    assert shown.scheme == scheme
    assert written == f"{scheme} [redacted {kind} {shown.mark}]".strip()


def test_what_was_written_is_read_again_as_the_same() -> None:
    written, shown = clean_authorization(f"Bearer {TOKEN}.sig", Marks())

    assert shown.token is not None
    assert (shown.token.issuer, shown.token.subject, shown.token.expires) == ("g", "[redacted user]", 9)
    assert clean_authorization(written, Marks()) == (written, shown)


def test_a_token_has_one_mark_where_it_is_given_and_where_it_is_carried() -> None:
    marks = Marks()
    _, given = clean_given(f"{TOKEN}.sig", marks)
    _, shown = clean_authorization(f"Bearer {TOKEN}.sig", marks)

    assert (given.mark, given.token) == (shown.mark, shown.token)
    assert list(marks.tokens) == [f"{TOKEN}.sig"]


def test_of_one_key_of_aws_all_signatures_have_one_mark() -> None:
    marks = Marks()
    first, second = (
        clean_authorization(f"AWS4-HMAC-SHA256 Credential=AKIAX/{day}, Signature={day}", marks)[1] for day in (1, 2)
    )

    assert first == second


def test_what_is_kept_goes_when_something_more_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_known", {})
    marks = Marks()
    clean_given(f"{TOKEN}.sig", marks)
    marks.parameters["a"] = marks.addresses["a"] = "a"
    marks.bodies[b"{}"] = (b"{}", None)
    marks.tidy()
    assert marks.tokens
    remember("something-secret", "password")
    marks.tidy()

    assert [marks.tokens, marks.parameters, marks.addresses, marks.bodies] == [{}] * 4
