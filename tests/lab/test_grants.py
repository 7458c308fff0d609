"""What GitLab's token service grants of what is asked."""

from __future__ import annotations

import pytest

from regdoctor.distribution.scopes import Access
from regdoctor.lab.grants import User, granted

USER = User("secret", {"gitlab-org/lab": ("pull", "push")}, administrator=True)


@pytest.mark.parametrize(
    ("scope", "access"),
    [
        ("repository:gitlab-org/lab:pull", (Access("repository", "gitlab-org/lab", ("pull",)),)),
        ("repository:gitlab-org/lab:pull,delete", (Access("repository", "gitlab-org/lab", ("pull",)),)),
        ("repository:gitlab-org/lab/cache:push", (Access("repository", "gitlab-org/lab/cache", ("push",)),)),
        ("repository:gitlab-org/laboratory:pull", ()),
        ("repository:other/lab:pull", ()),
        ("registry:catalog:*", (Access("registry", "catalog", ("*",)),)),
        ("nonsense", ()),
    ],
)
def test_only_what_is_asked_and_allowed_is_granted(scope: str, access: tuple[Access, ...]) -> None:
    assert granted(USER, [scope]) == access


def test_scopes_may_come_in_one_parameter_or_in_several() -> None:
    pull, push = "repository:gitlab-org/lab:pull", "repository:gitlab-org/lab/b:push"

    assert granted(USER, [f"{pull} {push}"]) == granted(USER, [pull, push])
    assert len(granted(USER, [pull, push])) == 2


def test_nobody_is_granted_nothing() -> None:
    assert granted(None, ["repository:gitlab-org/lab:pull"]) == ()


def test_only_an_administrator_may_list_the_catalogue() -> None:
    assert granted(User("secret", {}), ["registry:catalog:*"]) == ()
