"""Headers keep their names, and their values where those are facts of the protocol."""

from __future__ import annotations

import pytest

from regdoctor import redaction
from regdoctor.traffic.clean_credentials import Marks
from regdoctor.traffic.clean_headers import clean_headers

RANDOM = "Qx7f1dZ9b22kLmC0ffee55T"
UPLOAD = "0f0e0d0c-1111-4222-8333-444455556666"
DIGEST = f"sha256:{'0a' * 32}"


def _clean(name: str, value: str) -> tuple[str, str]:
    (found,) = clean_headers(((name, value),), Marks())
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Length", "123456789012345678"),
        ("Docker-Content-Digest", DIGEST),
        ("Docker-Upload-UUID", UPLOAD),
        ("Date", "Mon, 01 Jan 2024 00:00:00 GMT"),
        ("User-Agent", "docker/29.0.0 go/go1.25.1 git-commit/abc1234 kernel/6.8.0-60-generic os/linux arch/amd64"),
        ("ETag", f'"{DIGEST}"'),
        ("Location", "https://r/v2/a/blobs/uploads/1"),
        ("WWW-Authenticate", 'Bearer realm="https://g/jwt/auth",service="s",scope="repository:a:pull"'),
    ],
)
def test_facts_stay(name: str, value: str) -> None:
    found = _clean(name, value)

    assert (found[0], found[1].replace(", ", ",")) == (name, value.replace(", ", ","))


@pytest.mark.parametrize(
    ("name", "value", "clean"),
    [
        ("X-Own", "anything", "[redacted]"),
        ("Cookie", "a=b", "[redacted]"),
        ("ETag", '"0a0a"', "[redacted]"),
        ("Docker-Upload-UUID", "not one!", "[redacted]"),
        ("Server", RANDOM, "[redacted]"),
        ("WWW-Authenticate", "Negotiate abcdef", "Negotiate [redacted]"),
        ("WWW-Authenticate", 'Bearer realm="https://u:p@g/",own="x"', 'Bearer realm="https://g/", own="[redacted]"'),
        (
            "Link",
            f'</v2/a/tags/list?last={RANDOM}&n=1>; rel="next"',
            '</v2/a/tags/list?last=[redacted]&n=1>; rel="next"',
        ),
        ("X-Empty", "", ""),
    ],
)
def test_all_else_goes(name: str, value: str, clean: str) -> None:
    assert _clean(name, value) == (name, clean)


@pytest.mark.parametrize("name", [RANDOM, "with blank", "x" * 81, ""])
def test_a_name_that_is_none_goes(name: str) -> None:
    assert _clean(name, "1")[0] == "X-Redacted"


def test_a_random_name_of_a_repository_stays_in_a_scope() -> None:
    """A client was asked for it in clear words, and without it the refusal is not told."""
    value = f'Bearer realm="https://g/",scope="repository:{RANDOM}:pull"'

    assert RANDOM in _clean("WWW-Authenticate", value)[1]


def test_short_values_are_kept_for_the_next_time_and_long_ones_are_not() -> None:
    marks = Marks()
    clean_headers((("Server", "nginx"), ("Accept", "a/b, " * 60)), marks)

    assert list(marks.headers) == [("Server", "nginx")]


def test_the_headers_of_a_message_are_kept_together_where_each_may_be() -> None:
    marks = Marks()
    short, long = (("Server", "nginx"), ("Cookie", "a=b")), (("Server", "nginx"), ("Accept", "a/b, " * 60))
    for headers in (short, long, short):
        assert clean_headers(headers, marks) == clean_headers(headers, Marks())

    assert list(marks.blocks) == [short]


def test_together_they_are_cleaned_anew_where_more_is_known_to_be_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_known", {})
    marks, headers = Marks(), (("Via", "orchard-bench"),)
    assert clean_headers(headers, marks) == headers

    redaction.remember("orchard-bench", "password")
    marks.tidy()

    assert clean_headers(headers, marks) == (("Via", "[redacted password]"),)
