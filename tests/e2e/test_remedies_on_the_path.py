"""Real clients fail, regdoctor names the cause, its remedy is applied to the configuration, real clients succeed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from regdoctor.lab import servers, skopeo
from regdoctor.lab.certificates import Authority, Pair, Wishes
from regdoctor.lab.docker import DockerDaemon
from regdoctor.lab.login import USERS
from regdoctor.lab.material import PROJECT
from regdoctor.lab.served_pair import serve
from regdoctor.lab.skopeo import Run
from regdoctor.lab.stack import Stack

StackWith = Callable[[str | None], Stack]
Examine = Callable[..., tuple[int, dict[str, Any]]]

_DIRECTIVE = re.compile(r"^\s*(?P<line>[a-z_]+ [^;{}]*(?:;|\{[^{}]*\}))\s*$", re.MULTILINE)
WRITING = ("--allow-writes", "--repository", PROJECT)


@dataclass(frozen=True)
class Case:
    """One thing that is wrong in nginx's file."""

    check: str
    healthy: str
    """What stands in the file."""
    broken: str
    """What is put in its place."""
    complaint: str
    """What the client says of it."""
    kilobytes: int = 0
    """Of the layer that is pushed, at least."""
    arguments: Sequence[str] = ()


CASES = {
    "no X-Forwarded-Proto": Case(
        "location_wrong_scheme",
        "    proxy_set_header X-Forwarded-Proto https;\n",
        "",
        "400",
        arguments=WRITING,
    ),
    "host without port": Case(
        "location_loses_port", "Host $http_host;", "Host $host;", "connection refused", arguments=WRITING
    ),
    "host of the upstream": Case(
        "location_shows_upstream", "    proxy_set_header Host $http_host;\n", "", "", arguments=WRITING
    ),
    "body limit": Case(
        "body_size_limited", "  client_max_body_size 0;\n", "", "413", kilobytes=1100, arguments=WRITING
    ),
    "body limit of a size": Case(
        "body_size_limited",
        "client_max_body_size 0;",
        "client_max_body_size 2m;",
        "413",
        kilobytes=2100,
        arguments=WRITING,
    ),
}


def push(stack: Stack, kilobytes: int) -> Run:
    """skopeo pushes an image whose layer has at least that size."""
    return skopeo.push(stack, f"pushed-{secrets.token_hex(4)}", content=secrets.token_hex(kilobytes * 1024))


def front(stack: Stack, change: Callable[[str], str]) -> None:
    """Change nginx's file and start nginx with it."""
    file = stack.tree.nginx_conf
    before = file.read_text("utf-8")
    after = change(before)
    assert after != before
    file.write_text(after, "utf-8")
    servers.start_front(stack.processes, stack.tree, stack.folder / "run").wait_ready(
        lambda: servers.listens(stack.settings.ports.public)
    )


def with_directives(lines: Sequence[str]) -> Callable[[str], str]:
    """Put directives into the location, as a person does who pastes them, in place of those that say otherwise."""

    def change(text: str) -> str:
        before, brace, inner = text.partition("  location / {\n")
        assert brace
        for line in lines:
            words = line.split()
            name = rf"proxy_set_header\s+{words[1]}" if words[0] == "proxy_set_header" else words[0]
            contrary = re.compile(rf"^ *{name} [^;]*;(?: \}})?\n", re.MULTILINE)
            before, inner = contrary.sub("", before), contrary.sub("", inner)
        return before + brace + "".join(f"    {line}\n" for line in lines) + inner

    return change


def lines_of(finding: dict[str, Any]) -> list[str]:
    """The directives of nginx among the commands of a remedy."""
    commands = finding["remedy"]["commands"]
    found = [match["line"] for command in commands for match in _DIRECTIVE.finditer(command)]
    assert found, commands
    return found


def cause(report: dict[str, Any]) -> dict[str, Any]:
    """The one finding that nothing explains."""
    found = [row for row in report["outcomes"] if row["outcome"] == "fail" and not row["explained_by"]]
    assert len(found) == 1, [(row["check"], row["message"]) for row in found]
    return dict(found[0])


@pytest.mark.parametrize("name", CASES)
def test_skopeo_succeeds_with_the_line_that_the_remedy_names(
    name: str, stack_with: StackWith, examine: Examine
) -> None:
    case = CASES[name]
    stack = stack_with(None)
    assert push(stack, case.kilobytes).exit_code == 0
    front(stack, lambda text: text.replace(case.healthy, case.broken))

    failed = push(stack, case.kilobytes)

    assert failed.exit_code != 0
    assert case.complaint in failed.output
    code, report = examine(stack, *case.arguments)
    assert code == 1
    finding = cause(report)
    assert finding["check"] == case.check

    front(stack, with_directives(lines_of(finding)))

    mended = push(stack, case.kilobytes)
    assert mended.exit_code == 0, mended.output
    code, report = examine(stack, *case.arguments)
    assert code == 0, report["outcomes"][:2]


BY_FAULT = {
    "authorization-dropped": skopeo.pull,
    "basic-auth": skopeo.pull,
    "body-limit": lambda stack: push(stack, 1100),
    "location-http": skopeo.push,
    "location-port": skopeo.push,
    "location-upstream": skopeo.push,
    "patch-refused": skopeo.push,
}
"""Faults of the lab that a line of nginx mends, and what a client does that meets them."""


@pytest.mark.parametrize("fault", BY_FAULT)
def test_a_fault_of_the_lab_is_mended_by_the_line_that_the_remedy_names(
    fault: str, stack_with: StackWith, examine: Examine
) -> None:
    stack = stack_with(fault)
    declared = stack.fault
    assert declared is not None

    assert BY_FAULT[fault](stack).exit_code != 0
    _, report = examine(stack)
    finding = cause(report)
    assert finding["check"] == declared.check
    front(stack, with_directives(lines_of(finding)))

    mended = BY_FAULT[fault](stack)
    assert mended.exit_code == 0, mended.output
    code, report = examine(stack)
    assert code == 0, report["outcomes"][:2]


def serve_anew(stack: Stack, pair: Pair, *further: str) -> None:
    """Give nginx and GitLab this certificate, with those below it, and have both read it."""
    serve(stack, pair, *further)
    reload(stack)


def reload(stack: Stack) -> None:
    """What `gitlab-ctl hup nginx` does: both read their certificates again."""
    run = stack.folder / "run"
    servers.start_front(stack.processes, stack.tree, run).wait_ready(
        lambda: servers.listens(stack.settings.ports.public)
    )
    users = stack.folder / USERS
    servers.start_gitlab(stack.processes, stack.tree, run, stack.settings, users).wait_ready(
        lambda: servers.listens(stack.settings.ports.gitlab)
    )


def trust(stack: Stack, certificate: str) -> None:
    """Install an authority's certificate where GitLab and the client look for it."""
    (stack.tree.trusted_certs / "private.crt").write_text(certificate)


NEW = timedelta(days=90)


@pytest.mark.parametrize(
    ("check", "wishes"),
    [
        ("certificate_expired", Wishes(since=-NEW, until=timedelta(days=-1))),
        ("certificate_not_yet_valid", Wishes(since=timedelta(days=1), until=NEW)),
        ("certificate_wrong_name", Wishes(names=("registry.example.com", "*.localhost"))),
        ("certificate_without_san", Wishes(names=())),
    ],
)
def test_a_certificate_as_the_remedy_wants_it_lets_skopeo_pull(
    check: str, wishes: Wishes, stack_with: StackWith, examine: Examine
) -> None:
    stack = stack_with(None)
    serve_anew(stack, stack.material.authority.issue(wishes))

    assert "x509: certificate" in skopeo.pull(stack).output
    _, report = examine(stack)
    finding = cause(report)
    assert finding["check"] == check
    assert "/etc/gitlab/ssl/localhost.crt" in str(finding["remedy"])
    serve_anew(stack, stack.material.authority.issue(Wishes()))

    assert skopeo.pull(stack).exit_code == 0
    assert examine(stack)[0] == 0


def test_an_intermediate_that_is_appended_to_the_file_lets_skopeo_pull(stack_with: StackWith, examine: Examine) -> None:
    stack = stack_with(None)
    intermediate = Authority("lab intermediate", above=stack.material.authority)
    pair = intermediate.issue(Wishes(issuer_url="http://pki.example.com/lab.crt"))
    serve_anew(stack, pair)

    assert "x509: certificate signed by unknown authority" in skopeo.pull(stack).output
    _, report = examine(stack)
    finding = cause(report)
    assert finding["check"] == "intermediate_missing"
    assert any("http://pki.example.com/lab.crt" in command for command in finding["remedy"]["commands"])
    serve_anew(stack, pair, intermediate.certificate)

    assert skopeo.pull(stack).exit_code == 0
    assert examine(stack)[0] == 0


def test_a_private_authority_that_is_installed_lets_skopeo_pull(stack_with: StackWith, examine: Examine) -> None:
    stack = stack_with(None)
    private = Authority("somebody's own CA")
    serve_anew(stack, private.issue_for_localhost())

    assert "x509: certificate signed by unknown authority" in skopeo.pull(stack).output
    _, report = examine(stack)
    assert cause(report)["check"] == "authority_unknown"
    trust(stack, private.certificate)

    assert skopeo.pull(stack).exit_code == 0
    assert examine(stack)[0] == 0


def test_a_reload_after_the_renewal_lets_skopeo_pull(stack_with: StackWith, examine: Examine) -> None:
    stack = stack_with("tls-not-reloaded")

    assert "x509: certificate has expired" in skopeo.pull(stack).output
    _, report = examine(stack)
    finding = cause(report)
    assert finding["check"] == "served_certificate_stale"
    assert any("hup nginx" in command for command in finding["remedy"]["commands"])
    reload(stack)

    assert skopeo.pull(stack).exit_code == 0
    assert examine(stack)[0] == 0


@pytest.mark.parametrize("name", ["no X-Forwarded-Proto", "body limit"])
def test_docker_pushes_with_the_line_that_the_remedy_names(name: str, stack_with: StackWith, examine: Examine) -> None:
    case = CASES[name]
    stack = stack_with(None)
    front(stack, lambda text: text.replace(case.healthy, case.broken))
    with DockerDaemon(stack) as docker:
        assert docker.log_in().exit_code == 0

        failed = docker.push(kilobytes=case.kilobytes)

        assert failed.exit_code != 0
        _, report = examine(stack, *case.arguments)
        finding = cause(report)
        assert finding["check"] == case.check
        front(stack, with_directives(lines_of(finding)))

        mended = docker.push(kilobytes=case.kilobytes)
        assert mended.exit_code == 0, mended.output
