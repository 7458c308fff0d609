"""GitLab's own API of its registry, by method and path."""

from __future__ import annotations

import pytest

from regdoctor.distribution.gitlab_calls import GitLabCall, GitLabKind, gitlab_call


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "", GitLabCall(GitLabKind.BASE)),
        ("GET", "repositories/group/app", GitLabCall(GitLabKind.DETAILS, "group/app")),
        ("PATCH", "repositories/group/app", GitLabCall(GitLabKind.RENAME, "group/app")),
        ("GET", "repositories/group/app/tags/list", GitLabCall(GitLabKind.TAGS, "group/app")),
        ("GET", "repositories/tags/list/tags/list", GitLabCall(GitLabKind.TAGS, "tags/list")),
        ("GET", "repositories/tags/list", GitLabCall(GitLabKind.DETAILS, "tags/list")),
        ("GET", "repositories/group/app/tags/detail/v1", GitLabCall(GitLabKind.TAG, "group/app", "v1")),
        ("GET", "repository-paths/group/repositories/list", GitLabCall(GitLabKind.BELOW, "group")),
        ("GET", "repository-paths/repositories/list", GitLabCall(GitLabKind.OTHER)),
        ("PUT", "import/group/app", GitLabCall(GitLabKind.IMPORT, "group/app")),
        ("GET", "statistics", GitLabCall(GitLabKind.STATISTICS)),
        ("PUT", "background-migrations/pause", GitLabCall(GitLabKind.MIGRATIONS)),
        ("DELETE", "repositories/group/app", GitLabCall(GitLabKind.OTHER, "group/app")),
        ("GET", "something/else", GitLabCall(GitLabKind.OTHER)),
    ],
)
def test_a_call_is_told_by_its_method_and_path(method: str, path: str, expected: GitLabCall) -> None:
    assert gitlab_call(method, [name for name in path.split("/") if name]) == expected
