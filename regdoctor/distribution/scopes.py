"""Scopes: which actions on which resource a token is asked for, or grants."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_CLASS = re.compile(r"\([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Access:
    """One resource with the actions on it: an entry of a token's `access`, or one scope of a request."""

    type: str
    """`repository` or `registry`; registries ignore a class in brackets, as in `repository(plugin)`."""
    name: str
    actions: tuple[str, ...] = ()
    """`pull`, `push`, `delete`, or `*` for all."""

    @property
    def scope(self) -> str:
        """As a request for a token writes it: `repository:group/project:pull,push`."""
        return f"{self.type}:{self.name}:{','.join(self.actions)}"

    def as_claim(self) -> dict[str, Any]:
        """As a token's `access` claim writes it."""
        return {"type": self.type, "name": self.name, "actions": list(self.actions)}

    def allows(self, wanted: Access) -> bool:
        """Whether it grants all that `wanted` asks."""
        return not missing(wanted, (self,))


def granted_actions(resource: Access, granted: Iterable[Access]) -> frozenset[str]:
    """The actions on the resource that entries of a token grant, whatever class it has there; `*` is all.

    As distribution's registry/auth/token/accesscontroller.go compares them: by type and name.
    """
    wanted = (_CLASS.sub("", resource.type), resource.name)
    return frozenset(
        action for entry in granted if (_CLASS.sub("", entry.type), entry.name) == wanted for action in entry.actions
    )


def missing(asked: Access, granted: Iterable[Access]) -> tuple[str, ...]:
    """The actions that were asked for and that no entry of the token grants."""
    found = granted_actions(asked, granted)
    return () if "*" in found else tuple(action for action in asked.actions if action not in found)


def parse_scopes(text: str) -> tuple[Access, ...]:
    """The scopes of a challenge or of a `scope` parameter, separated by spaces.

    The name is what stands between the first colon and the last, as it may hold a port itself. Words that
    have no two colons are passed over, as token services do.
    """
    found: list[Access] = []
    for word in text.split():
        kind, _, rest = word.partition(":")
        name, colon, actions = rest.rpartition(":")
        if kind and colon and name:
            found.append(Access(kind, name, tuple(action for action in actions.split(",") if action)))
    return tuple(found)
