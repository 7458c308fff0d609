"""docker login and skopeo login against each fault of token authentication, and what regdoctor tells from outside."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from json import loads
from typing import Any

import pytest

from regdoctor.lab import skopeo
from regdoctor.lab.certificates import signing_pair
from regdoctor.lab.docker import DockerDaemon
from regdoctor.lab.fault import Fault, discover
from regdoctor.lab.issuing import Issuing
from regdoctor.lab.programs import find_program
from regdoctor.lab.settings import Settings
from regdoctor.lab.stack import Stack
from tests.e2e import warm_runs

Examine = Callable[..., tuple[int, dict[str, Any]]]


@dataclass(frozen=True)
class Refusal:
    """What the clients say of a fault, and the check that regdoctor names first from outside."""

    docker: str
    skopeo: str
    finds: str


TOKEN_REFUSED = ("failed with status: 401 Unauthorized", "invalid username/password")
NO_TOKEN = "invalid status code from registry 404 (Not Found)"
BAD_GATEWAY = ("400 Bad Request", "502 (Bad Gateway)")
BROKEN = ("500 Internal Server Error", "500 (Internal Server Error)")
REFUSALS = {
    "token-key-mismatch": Refusal(*TOKEN_REFUSED, "login_unauthorized"),
    "issuer-mismatch": Refusal(*TOKEN_REFUSED, "login_unauthorized"),
    "gitlab-clock-ahead": Refusal(*TOKEN_REFUSED, "token_clock_skew"),
    "gitlab-clock-behind": Refusal(*TOKEN_REFUSED, "token_clock_skew"),
    "authorization-dropped": Refusal(*TOKEN_REFUSED, "login_unauthorized"),
    "login-denied": Refusal(
        "denied: access forbidden", "invalid status code from registry 403 (Forbidden)", "login_unauthorized"
    ),
    "challenge-dropped": Refusal("401 Unauthorized", "invalid username/password", "challenge_rewritten"),
    "basic-auth": Refusal(
        "400 Bad Request", "invalid status code from registry 403 (Forbidden)", "basic_auth_before_tokens"
    ),
    "service-mismatch": Refusal(
        "error parsing HTTP 404 response body: unexpected end of", NO_TOKEN, "service_mismatch"
    ),
    "autoredirect": Refusal(
        "error parsing HTTP 404 response body: invalid character", NO_TOKEN, "autoredirect_replaces_realm"
    ),
    "realm-html": Refusal("invalid character '<' looking for beginning of value", NO_TOKEN, "realm_answers_html"),
    "realm-http": Refusal("EOF", "EOF", "realm_unreachable"),
    "realm-unreachable": Refusal("connection refused", "connection refused", "realm_unreachable"),
    "rootcertbundle-missing": Refusal(*BAD_GATEWAY, "registry_unreachable"),
    "rootcertbundle-is-a-key": Refusal(*BAD_GATEWAY, "registry_unreachable"),
    "signing-key-missing": Refusal(*BROKEN, "token_service_fails"),
    "signing-key-unreadable": Refusal(*BROKEN, "token_service_fails"),
}
DOWN = ("registry_unreachable", "token_service_fails")


def issuing(changed: Issuing) -> Fault:
    """GitLab writes its tokens in another way."""

    def settings(healthy: Settings) -> Settings:
        return replace(healthy, issuing=changed)

    return Fault("GitLab's tokens are written in another way", "login_unauthorized", (), settings=settings)


@pytest.fixture(scope="module")
def docker(shared_stack: Stack) -> Iterator[DockerDaemon]:
    with DockerDaemon(shared_stack) as daemon:
        yield daemon


@pytest.fixture
def stack(shared_stack: Stack) -> Iterator[Stack]:
    """The worker's own, healed where a test left it broken: each healing starts every program afresh."""
    if shared_stack.fault is not None:
        shared_stack.heal()
    yield shared_stack
    if shared_stack.fault is not None:
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


def clients_and_regdoctor(
    stack: Stack, docker: DockerDaemon
) -> tuple[skopeo.Run, skopeo.Run, int, list[dict[str, Any]]]:
    """Both clients' logins, and regdoctor from outside at the same time: none of them changes anything."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        clients = pool.submit(log_in, stack, docker)
        code, outcomes = from_outside(stack)
        by_docker, by_skopeo = clients.result()
    return by_docker, by_skopeo, code, outcomes


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

    by_docker, by_skopeo, code, outcomes = clients_and_regdoctor(stack, docker)

    assert by_docker.exit_code != 0
    assert refusal.docker in by_docker.output
    assert by_skopeo.exit_code != 0
    assert refusal.skopeo in by_skopeo.output
    assert code == 1
    assert [row["check"] for row in causes(outcomes)] == [refusal.finds]
    assert outcomes[0]["check"] == refusal.finds
    assert outcomes[0]["evidence"]
    # What is broken is among what the finding may mean; of a part that is down, only that is to be seen from outside.
    assert refusal.finds in DOWN or set(outcomes[0]["failure_modes"]) & set(fault.failure_modes)
    assert outcome_of(outcomes, "login_unauthorized") != "pass"

    stack.heal()
    by_docker, by_skopeo, code, outcomes = clients_and_regdoctor(stack, docker)
    assert by_docker.exit_code == 0, by_docker.output
    assert by_skopeo.exit_code == 0, by_skopeo.output
    assert (code, causes(outcomes)) == (0, [])


def test_a_healthy_login_is_seen_from_outside(stack: Stack) -> None:
    code, outcomes = from_outside(stack)

    assert (code, causes(outcomes)) == (0, [])
    assert outcome_of(outcomes, "login_unauthorized") == "pass"


@pytest.mark.parametrize(
    ("changed", "logged", "finds", "mode"),
    [
        (
            Issuing("rfc7638"),
            r'token signed by untrusted key with ID: \\"[\w-]{43}\\"',
            "login_unauthorized",
            "AUTH-03",
        ),
        (
            Issuing("hex"),
            r'token signed by untrusted key with ID: \\"[0-9a-f]{64}\\"',
            "key_id_of_another_kind",
            "AUTH-04",
        ),
        (
            Issuing(audience_as_list=True),
            r"error authorizing context: malformed token",
            "login_unauthorized",
            "AUTH-07",
        ),
    ],
    ids=["kid-rfc7638", "kid-hex", "audience-list"],
)
def test_a_token_that_an_issuer_writes_in_another_way_is_refused(
    stack: Stack, docker: DockerDaemon, changed: Issuing, logged: str, finds: str, mode: str
) -> None:
    log = stack.tree.log("registry/current")
    stack.apply(issuing(changed))
    before = len(log.read_text())

    by_docker, by_skopeo, code, outcomes = clients_and_regdoctor(stack, docker)

    assert TOKEN_REFUSED[0] in by_docker.output
    assert TOKEN_REFUSED[1] in by_skopeo.output
    assert re.search(logged, log.read_text()[before:])
    assert (code, outcome_of(outcomes, "login_unauthorized")) == (1, "fail")
    assert [row["check"] for row in causes(outcomes)] == [finds]
    assert mode in outcomes[0]["failure_modes"]


def password_of_nginx(stack: Stack) -> None:
    """nginx knows the login of GitLab's user, so that it lets it through to a registry that wants a token."""
    words = [str(find_program("htpasswd")), "-m", "-i", "-n", "lab"]
    done = subprocess.run(words, input=stack.material.password, capture_output=True, text=True, check=True, timeout=20)
    stack.tree.write("/etc/gitlab/registry.htpasswd", done.stdout.strip() + "\n", owner="root")


def test_a_password_before_tokens_is_told_from_one_before_an_open_registry(stack: Stack) -> None:
    guarded = discover()["basic-auth"]
    stack.apply(replace(guarded, files=password_of_nginx))
    by_skopeo = skopeo.log_in(stack, stack.folder / "skopeo-auth.json")
    code, outcomes = from_outside(stack)
    assert by_skopeo.exit_code != 0
    assert (code, [row["check"] for row in causes(outcomes)]) == (1, ["basic_auth_before_tokens"])
    assert "no client can send both" in outcomes[0]["message"]

    alone = replace(guarded, settings=lambda healthy: replace(guarded.settings(healthy), authenticated=False))
    stack.apply(replace(alone, files=password_of_nginx))
    by_skopeo = skopeo.log_in(stack, stack.folder / "skopeo-auth.json")
    code, outcomes = from_outside(stack)
    assert by_skopeo.exit_code == 0, by_skopeo.output
    assert (code, causes(outcomes)) == (0, [])
    assert outcome_of(outcomes, "basic_auth_before_tokens") == "pass"


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
    def files(stack: Stack) -> None:
        stack.tree.write("/var/opt/gitlab/registry/gitlab-registry.crt", bundle(stack), owner="registry")

    stack.apply(Fault("nothing is broken: the bundle holds more than it must", "token_key_mismatch", (), files=files))

    by_docker, by_skopeo = log_in(stack, docker)
    code, report = examine(stack)

    assert (by_docker.exit_code, by_skopeo.exit_code) == (0, 0), by_docker.output + by_skopeo.output
    assert (code, [row["check"] for row in report["outcomes"] if row["outcome"] == "fail"]) == (0, [])
