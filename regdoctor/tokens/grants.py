"""What a token grants, held against what was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from regdoctor.distribution.scopes import Access, missing
from regdoctor.foreign_text import clean
from regdoctor.remedies.scopes import GRANT_PULL, GRANT_PUSH


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


def remedy_of(asked: Sequence[Access], granted: Sequence[Access] | None, *, anonymous: bool) -> str:
    """What to do where less of a repository was granted than asked for, as the check scope_not_granted says it.

    Empty where nothing is missing that this would mend. anonymous: whether it was asked for without a login.
    """
    if granted is None:
        return ""
    lacking = {action for scope in asked if scope.type == "repository" for action in missing(scope, granted)}
    if not lacking & {"pull", "push"}:
        return ""
    if anonymous:
        return "Ask with a login: --username and --password-stdin, or docker login."
    return (GRANT_PULL if "pull" in lacking else GRANT_PUSH).text


def _given(asked: Access, granted: Sequence[Access]) -> str:
    lacking = missing(asked, granted)
    return ",".join(action for action in asked.actions if action not in lacking) or "nothing"


def _resource(scope: Access) -> str:
    return scope.name if scope.type == "repository" else f"{scope.type}:{scope.name}"
