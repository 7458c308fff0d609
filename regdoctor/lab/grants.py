"""Who may do what: the token service's users, and which part of a scope GitLab grants them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from regdoctor.distribution.scopes import Access, parse_scopes


@dataclass(frozen=True, slots=True)
class User:
    """A GitLab user."""

    password: str
    projects: Mapping[str, tuple[str, ...]]
    """Project path to the actions that the user may do in its registry."""
    administrator: bool = False
    """Whether the user may list the catalogue."""


def read_users(path: Path) -> dict[str, User]:
    """The users of a JSON file, by name."""
    return {
        name: User(
            str(user["password"]),
            {project: tuple(actions) for project, actions in user["projects"].items()},
            bool(user.get("administrator", False)),
        )
        for name, user in json.loads(path.read_text("utf-8")).items()
    }


def granted(user: User | None, scopes: Iterable[str]) -> tuple[Access, ...]:
    """What of the asked `scopes` (`repository:group/project:pull,push`) is granted; the rest is left out.

    A partial grant is no error (distribution, docs/spec/auth/scope.md). None as the user: nothing. GitLab
    lets a repository be a project's path, or lie below it (lib/container_registry/path.rb).
    """
    if user is None:
        return ()
    found = []
    for asked in parse_scopes(" ".join(scopes)):
        allowed = tuple(action for action in asked.actions if action in _allowed(user, asked))
        if allowed:
            found.append(Access(asked.type, asked.name, allowed))
    return tuple(found)


def _allowed(user: User, asked: Access) -> tuple[str, ...]:
    if asked.type == "registry":
        return ("*",) if user.administrator and asked.name == "catalog" else ()
    if asked.type != "repository":
        return ()
    for project, actions in user.projects.items():
        if asked.name == project or asked.name.startswith(f"{project}/"):
            return actions
    return ()
