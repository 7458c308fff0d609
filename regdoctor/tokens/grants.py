"""What a token grants, held against what was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from regdoctor.distribution.scopes import Access
from regdoctor.tokens.plain_words import clean


def missing(asked: Access, granted: Sequence[Access]) -> tuple[str, ...]:
    """The actions that were asked for and that no entry of the token grants."""
    return tuple(
        action
        for action in asked.actions
        if not any(entry.allows(Access(asked.type, asked.name, (action,))) for entry in granted)
    )


def grant_in_words(asked: Access, granted: Sequence[Access]) -> str:
    """`asked for pull,push on group/project; granted pull`."""
    lacking = missing(asked, granted)
    given = ",".join(action for action in asked.actions if action not in lacking)
    return clean(f"asked for {','.join(asked.actions)} on {asked.name}; granted {given or 'nothing'}")
