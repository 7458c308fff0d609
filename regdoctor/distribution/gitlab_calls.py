"""Which call of the API under /gitlab/v1/, which GitLab's registry alone has, a request is."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass


class GitLabKind(enum.StrEnum):
    """The calls (registry/api/gitlab/v1/routes.go); the value is what a person calls it."""

    BASE = "ask for GitLab's own API"
    DETAILS = "get details of repository"
    RENAME = "rename repository"
    TAGS = "list tags with details"
    TAG = "get details of tag"
    BELOW = "list repositories below a path"
    STATISTICS = "get statistics"
    MIGRATIONS = "background migrations of the database"
    IMPORT = "import repository"
    OTHER = "unknown to GitLab's own API"


@dataclass(frozen=True, slots=True)
class GitLabCall:
    """One call, with what its address names; a text is empty where the call has no such thing."""

    kind: GitLabKind
    repository: str = ""
    """The repository, or the path below which repositories are listed."""
    tag: str = ""


def gitlab_call(method: str, names: Sequence[str]) -> GitLabCall:
    """The call that a request is.

    method: in upper case; names: the path's components behind /gitlab/v1/, percent-decoded, none of them empty.
    As in the registry's router, what a repository is called may itself hold `tags` and `list`: the longest name fits.
    """
    if not names:
        return GitLabCall(GitLabKind.BASE)
    match names[0]:
        case "repositories":
            return _of_repository(method, names[1:])
        case "repository-paths" if len(names) > 3 and tuple(names[-2:]) == ("repositories", "list"):
            return GitLabCall(GitLabKind.BELOW, "/".join(names[1:-2]))
        case "import" if len(names) > 1:
            return GitLabCall(GitLabKind.IMPORT, "/".join(names[1:]))
        case "statistics" if len(names) == 1:
            return GitLabCall(GitLabKind.STATISTICS)
        case "background-migrations" | "restart":
            return GitLabCall(GitLabKind.MIGRATIONS)
        case _:
            return GitLabCall(GitLabKind.OTHER)


def _of_repository(method: str, names: Sequence[str]) -> GitLabCall:
    if len(names) > 2 and tuple(names[-2:]) == ("tags", "list"):
        return GitLabCall(GitLabKind.TAGS, "/".join(names[:-2]))
    if len(names) > 3 and tuple(names[-3:-1]) == ("tags", "detail"):
        return GitLabCall(GitLabKind.TAG, "/".join(names[:-3]), names[-1])
    if names and method in ("GET", "HEAD", "PATCH"):
        return GitLabCall(GitLabKind.RENAME if method == "PATCH" else GitLabKind.DETAILS, "/".join(names))
    return GitLabCall(GitLabKind.OTHER, "/".join(names))
