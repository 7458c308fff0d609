"""The case of GitLab's administration page, with docker itself: login works, health is green, a push ends in 403."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from regdoctor.lab.client import send
from regdoctor.lab.docker import DockerDaemon
from regdoctor.lab.stack import Stack

StackWith = Callable[[str | None], Stack]
Examine = Callable[..., tuple[int, dict[str, Any]]]


def test_docker_push_fails_as_on_the_page_and_succeeds_once_the_permission_is_there(
    stack_with: StackWith, examine: Examine
) -> None:
    stack = stack_with("s3-head-forbidden")
    with DockerDaemon(stack) as docker:
        login = docker.log_in()
        assert login.exit_code == 0, login.output
        health = send("GET", f"http://{stack.settings.debug_address}/debug/health")
        assert (health.status, health.body.strip()) == (200, b"{}")

        failed = docker.push()

        assert failed.exit_code != 0
        assert 'error parsing HTTP 403 response body: unexpected end of JSON input: ""' in failed.output
        code, report = examine(stack)
        assert code == 1
        assert report["outcomes"][0]["check"] == "s3_blob_read_forbidden"

        stack.heal()

        pushed = docker.push()
        assert pushed.exit_code == 0, pushed.output
        code, report = examine(stack)
        assert code == 0
