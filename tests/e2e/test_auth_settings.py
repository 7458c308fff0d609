"""What settings of auth.token do to a real registry is what the checks claim of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from regdoctor.distribution.challenges import parse_challenges
from regdoctor.lab import skopeo
from regdoctor.lab.client import send
from regdoctor.lab.material import PROJECT
from regdoctor.lab.stack import Stack

StackWith = Callable[[str | None], Stack]


def registry_log(stack: Stack) -> str:
    return stack.tree.log("registry/current").read_text()


def challenge(stack: Stack) -> dict[str, str]:
    """What the registry tells a client that comes without a token."""
    answer = send("GET", f"{stack.settings.registry_url}/v2/", trust=stack.trust())
    assert answer.status == 401
    (asked,) = parse_challenges([answer.headers["www-authenticate"]])
    return dict(asked.parameters)


def status_with_token(stack: Stack) -> int:
    """GET of the tags with a token as GitLab's own requests carry it."""
    url = f"{stack.settings.registry_url}/v2/{PROJECT}/tags/list"
    return send("GET", url, headers={"Authorization": f"Bearer {stack.token('pull')}"}, trust=stack.trust()).status


def test_a_token_of_another_issuer_is_refused_for_its_issuer(stack_with: StackWith) -> None:
    stack = stack_with("issuer-mismatch")

    assert skopeo.pull(stack).exit_code != 0
    assert 'token from untrusted issuer: \\"omnibus-gitlab-issuer\\"' in registry_log(stack)

    stack.heal()
    assert skopeo.pull(stack).exit_code == 0


def test_another_service_is_asked_for_and_gitlabs_own_tokens_are_refused_for_their_audience(
    stack_with: StackWith,
) -> None:
    stack = stack_with("service-mismatch")

    assert challenge(stack)["service"] == "registry.example.com"
    assert status_with_token(stack) == 401
    assert 'token intended for another audience: \\"container_registry\\"' in registry_log(stack)

    stack.heal()
    assert challenge(stack)["service"] == "container_registry"
    assert status_with_token(stack) == 200


def test_autoredirect_takes_the_place_of_the_realm(stack_with: StackWith) -> None:
    stack = stack_with("autoredirect")
    elsewhere = f"{stack.settings.registry_url}/auth/token"

    assert challenge(stack)["realm"] == elsewhere
    assert send("GET", elsewhere, trust=stack.trust()).status == 404
    assert skopeo.pull(stack).exit_code != 0

    stack.heal()
    assert challenge(stack)["realm"] == f"{stack.settings.gitlab_url}/jwt/auth"
    assert skopeo.pull(stack).exit_code == 0


@pytest.mark.parametrize("fault", ["issuer-mismatch", "service-mismatch", "autoredirect"])
def test_a_fault_changes_one_line_of_the_configuration(stack_with: StackWith, fault: str) -> None:
    stack = stack_with(fault)
    broken = stack.tree.config_yml.read_text().splitlines()

    stack.heal()
    healthy = stack.tree.config_yml.read_text().splitlines()

    assert len([1 for old, new in zip(healthy, broken, strict=True) if old != new]) == 1
