"""docker login and skopeo login against each fault of token authentication, and what regdoctor tells from outside."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from json import loads
from typing import Any

import pytest

from regdoctor.lab import skopeo
from regdoctor.lab.certificates import signing_pair
from regdoctor.lab.docker import DockerDaemon
from regdoctor.lab.fault import Fault, discover
from regdoctor.lab.issuing import Issuing
from regdoctor.lab.settings import Settings
from regdoctor.lab.stack import Stack
from tests.e2e import warm_runs

Examine = Callable[..., tuple[int, dict[str, Any]]]


@dataclass(frozen=True)
class Refusal:
    """What the clients say of a fault, and whether the registry's answer alone shows it from outside."""

    docker: str
    skopeo: str
    shown: bool = True
    """False: it stays open from outside, and regdoctor says Unknown with what it saw."""


TOKEN_REFUSED = Refusal("failed with status: 401 Unauthorized", "invalid username/password")
NO_TOKEN = "invalid status code from registry 404 (Not Found)"
REFUSALS = {
    "token-key-mismatch": TOKEN_REFUSED,
    "issuer-mismatch": TOKEN_REFUSED,
    "gitlab-clock-ahead": TOKEN_REFUSED,
    "gitlab-clock-behind": TOKEN_REFUSED,
    "authorization-dropped": TOKEN_REFUSED,
    "login-denied": Refusal("denied: access forbidden", "invalid status code from registry 403 (Forbidden)"),
    "challenge-dropped": Refusal("401 Unauthorized", "invalid username/password", shown=False),
    "basic-auth": Refusal("400 Bad Request", "invalid status code from registry 403 (Forbidden)", shown=False),
    "service-mismatch": Refusal("error parsing HTTP 404 response body: unexpected end of", NO_TOKEN, shown=False),
    "autoredirect": Refusal("error parsing HTTP 404 response body: invalid character", NO_TOKEN, shown=False),
    "realm-html": Refusal("invalid character '<' looking for beginning of value", NO_TOKEN, shown=False),
    "realm-http": Refusal("EOF", "EOF", shown=False),
    "realm-unreachable": Refusal("connection refused", "connection refused", shown=False),
    "rootcertbundle-missing": Refusal("400 Bad Request", "502 (Bad Gateway)", shown=False),
    "rootcertbundle-is-a-key": Refusal("400 Bad Request", "502 (Bad Gateway)", shown=False),
    "signing-key-missing": Refusal("500 Internal Server Error", "500 (Internal Server Error)", shown=False),
    "signing-key-unreadable": Refusal("500 Internal Server Error", "500 (Internal Server Error)", shown=False),
}


def issuing(changed: Issuing) -> Fault:
    """GitLab writes its tokens in another way; what regdoctor tells for certain is that they are refused."""

    def settings(healthy: Settings) -> Settings:
        return replace(healthy, issuing=changed)

    return Fault("GitLab's tokens are written in another way", "login_unauthorized", (), settings=settings)


@pytest.fixture(scope="module")
def docker(shared_stack: Stack) -> Iterator[DockerDaemon]:
    with DockerDaemon(shared_stack) as daemon:
        yield daemon


@pytest.fixture
def stack(shared_stack: Stack) -> Iterator[Stack]:
    yield shared_stack
    shared_stack.heal()


def log_in(stack: Stack, docker: DockerDaemon) -> tuple[skopeo.Run, skopeo.Run]:
    return docker.log_in(), skopeo.log_in(stack, stack.folder / "skopeo-auth.json")


def from_outside(stack: Stack) -> tuple[int, list[dict[str, Any]]]:
    """`regdoctor check auth` by the registry's URL and a login alone: the exit code and the outcomes."""
    url = ["--registry", stack.settings.registry_url, "--ca-file", str(stack.tree.ca_file)]
    done = warm_runs.run(
        ["check", "auth", *url, "--username", "lab", "--password-stdin", "--format", "json"],
        stdin=stack.material.password,
        environment={**os.environ, "XDG_STATE_HOME": str(stack.folder / "state")},
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert stack.material.password not in done.stdout + done.stderr
    return done.returncode, loads(done.stdout)["outcomes"]


def causes(outcomes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in outcomes if row["outcome"] == "fail" and row["explained_by"] is None]


def outcome_of(outcomes: list[dict[str, Any]], check: str) -> str:
    return next(str(row["outcome"]) for row in outcomes if row["check"] == check)


@pytest.mark.parametrize("name", REFUSALS)
def test_both_clients_fail_regdoctor_says_so_from_outside_and_they_succeed_once_it_is_mended(
    stack: Stack, docker: DockerDaemon, name: str
) -> None:
    fault, refusal = discover()[name], REFUSALS[name]
    stack.apply(fault)

    by_docker, by_skopeo = log_in(stack, docker)
    code, outcomes = from_outside(stack)

    assert by_docker.exit_code != 0
    assert refusal.docker in by_docker.output
    assert by_skopeo.exit_code != 0
    assert refusal.skopeo in by_skopeo.output
    blamed = causes(outcomes)
    # The symptom itself, or a check that stands for the fault: never another cause.
    assert all(
        row["check"] == "login_unauthorized" or set(row["failure_modes"]) & set(fault.failure_modes) for row in blamed
    ), blamed
    if refusal.shown:
        assert (code, len(blamed)) == (1, 1)
    else:
        assert blamed or "unknown" in {row["outcome"] for row in outcomes}
    assert outcome_of(outcomes, "login_unauthorized") != "pass"

    stack.heal()
    by_docker, by_skopeo = log_in(stack, docker)
    assert by_docker.exit_code == 0, by_docker.output
    assert by_skopeo.exit_code == 0, by_skopeo.output


def test_a_healthy_login_is_seen_from_outside(stack: Stack) -> None:
    stack.heal()

    code, outcomes = from_outside(stack)

    assert (code, causes(outcomes)) == (0, [])
    assert outcome_of(outcomes, "login_unauthorized") == "pass"


@pytest.mark.parametrize(
    ("changed", "logged"),
    [
        (Issuing("rfc7638"), r'token signed by untrusted key with ID: \\"[\w-]{43}\\"'),
        (Issuing("hex"), r'token signed by untrusted key with ID: \\"[0-9a-f]{64}\\"'),
        (Issuing(audience_as_list=True), r"error authorizing context: malformed token"),
    ],
    ids=["kid-rfc7638", "kid-hex", "audience-list"],
)
def test_a_token_that_an_issuer_writes_in_another_way_is_refused(
    stack: Stack, docker: DockerDaemon, changed: Issuing, logged: str
) -> None:
    log = stack.tree.log("registry/current")
    stack.apply(issuing(changed))
    before = len(log.read_text())

    by_docker, by_skopeo = log_in(stack, docker)
    code, outcomes = from_outside(stack)

    assert TOKEN_REFUSED.docker in by_docker.output
    assert TOKEN_REFUSED.skopeo in by_skopeo.output
    assert re.search(logged, log.read_text()[before:])
    assert (code, outcome_of(outcomes, "login_unauthorized")) == (1, "fail")


def two_certificates(stack: Stack) -> str:
    return signing_pair().certificate + stack.material.signer.certificate


def key_before_certificate(stack: Stack) -> str:
    return stack.material.signer.key + stack.material.signer.certificate


def key_after_certificate(stack: Stack) -> str:
    return stack.material.signer.certificate + stack.material.signer.key


@pytest.mark.parametrize("bundle", [two_certificates, key_before_certificate, key_after_certificate])
def test_a_bundle_that_holds_more_than_the_certificate_is_healthy(
    stack: Stack, docker: DockerDaemon, examine: Examine, bundle: Callable[[Stack], str]
) -> None:
    stack.heal()
    stack.tree.write("/var/opt/gitlab/registry/gitlab-registry.crt", bundle(stack), owner="registry")
    stack.processes.stop("registry")
    stack.start_registry()

    by_docker, by_skopeo = log_in(stack, docker)
    code, report = examine(stack)

    assert (by_docker.exit_code, by_skopeo.exit_code) == (0, 0), by_docker.output + by_skopeo.output
    assert (code, [row["check"] for row in report["outcomes"] if row["outcome"] == "fail"]) == (0, [])
