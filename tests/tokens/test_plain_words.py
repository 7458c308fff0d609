"""Times, access and lists read as people say them."""

from __future__ import annotations

import time

import pytest

from regdoctor.distribution.scopes import Access
from regdoctor.tokens.plain_words import access_in_words, listed, moment


def test_a_moment_is_told_in_utc_here_and_from_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "EST5")
    time.tzset()
    told = moment(1_767_258_000, 1_767_258_300), moment(1_767_229_200, 1_767_229_080)
    monkeypatch.undo()
    time.tzset()

    assert told == (
        "2026-01-01 09:00:00 UTC (04:00:00 EST here), 5 minutes ago",
        "2026-01-01 01:00:00 UTC (2025-12-31 20:00:00 EST here), in 2 minutes",
    )


@pytest.mark.parametrize("epoch", [253402300799.0, 1e14, -1e14])
def test_a_time_beyond_the_calendar_is_still_told(epoch: float) -> None:
    assert ("ago" if epoch < 0 else "in ") in moment(epoch, 1_767_258_000)


def test_access_is_told_with_the_kind_where_it_is_no_repository() -> None:
    entries = [
        Access("repository", "a/b", ("pull", "push", "delete")),
        Access("repository", "c", ("*",)),
        Access("registry", "catalog", ("*",)),
        Access("plugin", "d", ()),
        *[Access("repository", "e", ("pull",))] * 30,
    ]

    told = access_in_words(entries)

    assert told[:4] == [
        "pull, push and delete on a/b",
        "everything on c",
        "everything on the registry's catalogue",
        "nothing on plugin d",
    ]
    assert told[-1] == "and 14 more"
    assert len(told) == 21


def test_lists() -> None:
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
