"""What a token grants, held against what was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from regdoctor.distribution.scopes import Access, missing
from regdoctor.foreign_text import clean


def grant_in_words(asked: Access, granted: Sequence[Access] | None) -> str:
    """`asked for pull,push on group/project; granted pull`. granted: None where it cannot be told."""
    wanted = f"asked for {','.join(asked.actions)} on {_resource(asked)}"
    if granted is None:
        return clean(f"{wanted}; what was granted cannot be told")
    return clean(f"{wanted}; granted {_given(asked, granted)}")


def shortfall(asked: Sequence[Access], granted: Sequence[Access] | None) -> str:
    """What of each scope was granted less than asked for: `pull of pull,push on group/project`.

    Empty where all was granted, and where it cannot be told.
    """
    if granted is None:
        return ""
    short = [scope for scope in asked if missing(scope, granted)]
    return ", ".join(
        clean(f"{_given(scope, granted)} of {','.join(scope.actions)} on {_resource(scope)}") for scope in short
    )


def _given(asked: Access, granted: Sequence[Access]) -> str:
    lacking = missing(asked, granted)
    return ",".join(action for action in asked.actions if action not in lacking) or "nothing"


def _resource(scope: Access) -> str:
    return scope.name if scope.type == "repository" else f"{scope.type}:{scope.name}"
