"""What was granted is held against what was asked for."""

from __future__ import annotations

from regdoctor.distribution.scopes import Access
from regdoctor.tokens.grants import grant_in_words, shortfall

ASKED = Access("repository", "a/b", ("pull", "push"))


def test_it_is_told_in_one_line() -> None:
    some = (Access("repository", "a/b", ("pull",)),)

    assert grant_in_words(ASKED, some) == "asked for pull,push on a/b; granted pull"
    assert grant_in_words(ASKED, ()) == "asked for pull,push on a/b; granted nothing"


def test_what_falls_short_is_told_for_each_scope() -> None:
    other, catalog = Access("repository", "c", ("pull",)), Access("registry", "catalog", ("*",))
    granted = (Access("repository", "a/b", ("pull",)), Access("repository", "d", ("pull",)))

    assert shortfall((ASKED, Access("repository", "d", ("pull",))), granted) == "pull of pull,push on a/b"
    assert shortfall((other, catalog), granted) == "nothing of pull on c, nothing of * on registry:catalog"
    assert shortfall((Access("repository", "d", ("pull",)),), granted) == ""


def test_what_cannot_be_told_is_not_taken_for_less() -> None:
    assert shortfall((ASKED,), None) == ""
    assert grant_in_words(ASKED, None) == "asked for pull,push on a/b; what was granted cannot be told"
