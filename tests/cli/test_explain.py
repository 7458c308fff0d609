"""`regdoctor explain` shows the page of what was named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from regdoctor.catalogue import named
from regdoctor.cli.explain import complete
from regdoctor.pages import page

Command = Callable[..., Any]


def test_a_check_is_explained_by_its_name(regdoctor: Command) -> None:
    ended = regdoctor("explain", "token-key-mismatch")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == page(named("token_key_mismatch")[0])


def test_a_failure_mode_is_explained_by_every_check_that_stands_for_it(regdoctor: Command) -> None:
    shown = regdoctor("explain", "auth-08").out

    assert shown == "\n".join(page(item) for item in named("AUTH-08"))
    assert "login_unauthorized (auth" in shown
    assert "token_clock_skew (clock" in shown


def test_a_name_that_is_none_is_answered_with_the_nearest(regdoctor: Command) -> None:
    ended = regdoctor("explain", "token_key_mismatsch")

    assert (ended.code, ended.out) == (2, "")
    assert "Did you mean token_key_mismatch?" in ended.err


def test_the_shell_completes_names_and_failure_modes() -> None:
    assert "token_key_mismatch" in dict(complete("token_"))
    assert "AUTH-08" in dict(complete("auth-0"))
