"""A login that is wrong, lost on the way, or opens less than it should, at real registries: `check all` names it."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from regdoctor.checks.auth.login_refused import login_refused
from regdoctor.checks.auth.login_unauthorized import login_unauthorized
from regdoctor.checks.auth.scope_not_granted import scope_not_granted
from regdoctor.lab.fault import Fault
from regdoctor.lab.issuing import Issuing
from regdoctor.lab.material import PROJECT
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program
from regdoctor.lab.stack import Stack
from tests.e2e import warm_runs
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.nginx_site import Site

PASSWORD = "opened-by-bob-4711"
CHECK = login_refused.name


@pytest.fixture
def guarded(tmp_path: Path, lone_registry: LoneRegistry) -> LoneRegistry:
    """A running registry that knows bob."""
    users = tmp_path / "htpasswd"
    words = [str(find_program("htpasswd")), "-B", "-C", "4", "-i", "-c", str(users), "bob"]
    subprocess.run(words, input=PASSWORD, text=True, check=True, capture_output=True, timeout=20)
    lone_registry.serve(f"auth: {{htpasswd: {{realm: here, path: {users}}}}}\n")
    return lone_registry


@pytest.fixture
def site(tmp_path: Path, guarded: LoneRegistry) -> Iterator[Site]:
    """The same, with an nginx before it that does not run yet."""
    started = Processes()
    try:
        yield Site(tmp_path, started, guarded)
    finally:
        started.stop_all()


def refusal(folder: Path, url: str, password: str, *more: str) -> tuple[int, dict[str, Any]]:
    """The exit code of `check all`, and the outcome of the check; the password is nowhere in what is written."""
    ca_file = ("--ca-file", str(folder / "server.crt")) if (folder / "server.crt").exists() else ()
    words = ["check", "all", "--registry", url, "--username", "bob", "--password-stdin", *ca_file, *more]
    done = warm_runs.run(
        [*words, "--format", "json"],
        stdin=password,
        environment={**os.environ, "XDG_STATE_HOME": str(folder / "state")},
        folder=folder,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert password not in done.stdout + done.stderr
    outcomes = json.loads(done.stdout)["outcomes"]
    (row,) = [row for row in outcomes if row["check"] == CHECK]
    blamed = [one["check"] for one in outcomes if one["outcome"] == "fail" and one["explained_by"] is None]
    assert blamed == ([CHECK] if row["outcome"] == "fail" else [])
    return done.returncode, dict(row)


def test_a_wrong_password_is_a_finding_and_the_right_one_is_not(tmp_path: Path, guarded: LoneRegistry) -> None:
    code, row = refusal(tmp_path, guarded.url, "not-what-bob-has-0815")
    assert (code, row["outcome"]) == (1, "fail")
    assert row["message"] == "The registry refuses the login of bob"

    code, row = refusal(tmp_path, guarded.url, PASSWORD)
    assert (code, row["outcome"]) == (0, "pass")


def test_a_login_that_nginx_loses_is_told_as_refused_or_lost(site: Site) -> None:
    site.front({"login": 'proxy_set_header Authorization "";'})
    code, row = refusal(site.folder, site.url, PASSWORD)
    assert (code, row["outcome"]) == (1, "fail")
    assert row["message"] == "The login of bob is refused, or lost on the way: nginx stands before the registry"


def test_a_login_that_nginx_passes_on_is_accepted(site: Site) -> None:
    site.front()
    code, row = refusal(site.folder, site.url, PASSWORD)
    assert (code, row["outcome"]) == (0, "pass")


def test_a_repository_that_the_login_does_not_open_is_named(
    stack_with: Callable[[str | None], Stack], examine: Callable[..., tuple[int, dict[str, Any]]]
) -> None:
    stack = stack_with(None)
    for repository, code, outcome in ((PROJECT, 0, "pass"), ("somebody/else", 1, "fail")):
        ended, report = examine(stack, "--repository", repository)
        (row,) = [row for row in report["outcomes"] if row["check"] == scope_not_granted.name]
        assert (ended, row["outcome"]) == (code, outcome)
    assert row["message"] == "lab is granted nothing on somebody/else: pull will be refused"


def test_an_audience_that_is_a_list_is_named(
    stack_with: Callable[[str | None], Stack], examine: Callable[..., tuple[int, dict[str, Any]]]
) -> None:
    stack = stack_with(None)
    issuing = Issuing(audience_as_list=True)
    stack.apply(
        Fault(
            title="the token service writes aud as a JSON array",
            check=login_unauthorized.name,
            failure_modes=("AUTH-07",),
            settings=lambda settings: dataclasses.replace(settings, issuing=issuing),
        )
    )
    ended, report = examine(stack)
    (row,) = [row for row in report["outcomes"] if row["check"] == login_unauthorized.name]
    assert (ended, row["outcome"], row["failure_modes"]) == (1, "fail", ["AUTH-07"])
    assert "malformed token" in stack.tree.log("registry/current").read_text()
