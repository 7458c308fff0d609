"""Scopes are read as token services read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.scopes import Access, granted_actions, missing, parse_scopes

WORDS = st.text("abcdefghij0123456789-_.", min_size=1)
ACCESSES = st.builds(Access, WORDS, st.lists(WORDS, min_size=1).map("/".join), st.lists(WORDS, min_size=1).map(tuple))


@given(st.lists(ACCESSES))
def test_scopes_are_read_back(accesses: list[Access]) -> None:
    assert parse_scopes(" ".join(access.scope for access in accesses)) == tuple(accesses)


def test_name_may_hold_a_port() -> None:
    assert parse_scopes("repository:host:5000/a/b:pull") == (Access("repository", "host:5000/a/b", ("pull",)),)


@pytest.mark.parametrize("text", ["", " ", "repository", "repository:a", "::", ":a:pull", "repository::pull"])
def test_words_that_are_no_scope_are_passed_over(text: str) -> None:
    assert parse_scopes(text) == ()


@pytest.mark.parametrize(
    ("granted", "wanted", "allowed"),
    [
        (Access("repository", "a", ("pull", "push")), Access("repository", "a", ("pull",)), True),
        (Access("repository", "a", ("pull",)), Access("repository", "a", ("pull", "push")), False),
        (Access("repository", "a", ("*",)), Access("repository", "a", ("delete",)), True),
        (Access("repository", "a", ("*",)), Access("repository", "a/b", ("pull",)), False),
        (Access("registry", "a", ("*",)), Access("repository", "a", ("pull",)), False),
        (Access("repository(plugin)", "a", ("pull",)), Access("repository", "a", ("pull",)), True),
    ],
)
def test_grant_covers_what_it_names(granted: Access, wanted: Access, allowed: bool) -> None:
    assert granted.allows(wanted) is allowed


@pytest.mark.parametrize(
    ("granted", "lacking"),
    [
        ((), ("pull", "push")),
        ((Access("repository", "a/b", ("pull",)),), ("push",)),
        ((Access("repository", "a/b", ("pull",)), Access("repository", "a/b", ("push",))), ()),
        ((Access("repository(plugin)", "a/b", ("pull",)), Access("repository", "a/b", ("push",))), ()),
        ((Access("repository(plugin)(x", "a/b", ("*",)),), ("pull", "push")),
        ((Access("repository", "a/b", ("*",)),), ()),
        ((Access("repository", "a/other", ("pull", "push")),), ("pull", "push")),
    ],
)
def test_what_is_missing(granted: tuple[Access, ...], lacking: tuple[str, ...]) -> None:
    assert missing(Access("repository", "a/b", ("pull", "push")), granted) == lacking


def test_what_is_granted_is_all_that_the_entries_of_the_resource_say() -> None:
    granted = (
        Access("repository", "a/b", ("pull",)),
        Access("repository(plugin)", "a/b", ("delete",)),
        Access("registry", "a/b", ("*",)),
    )
    assert granted_actions(Access("repository", "a/b"), granted) == {"pull", "delete"}
