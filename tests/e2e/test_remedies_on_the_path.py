"""Real clients fail, regdoctor names the cause, its remedy is applied to the configuration, real clients succeed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from regdoctor.lab import servers, skopeo
from regdoctor.lab.docker import DockerDaemon
from regdoctor.lab.material import PROJECT
from regdoctor.lab.skopeo import Run
from regdoctor.lab.stack import Stack

StackWith = Callable[[str | None], Stack]
Examine = Callable[..., tuple[int, dict[str, Any]]]

_DIRECTIVE = re.compile(r"^\s*(?P<line>[a-z_]+ [^;{}]*;)\s*$", re.MULTILINE)
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
        "body_size_limited", "client_max_body_size 0;", "client_max_body_size 2m;", "413", kilobytes=2100
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
            inner = re.sub(rf"^ *{name} [^;]*;\n", "", inner, flags=re.MULTILINE)
            before = re.sub(rf"^ *{name} [^;]*;\n", "", before, flags=re.MULTILINE)
        return before + brace + "".join(f"    {line}\n" for line in lines) + inner

    return change


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

    lines = [match["line"] for command in finding["remedy"]["commands"] for match in _DIRECTIVE.finditer(command)]
    assert lines, finding["remedy"]
    front(stack, with_directives(lines))

    mended = push(stack, case.kilobytes)
    assert mended.exit_code == 0, mended.output
    code, report = examine(stack, *case.arguments)
    assert code == 0, report["outcomes"][:2]


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
        lines = [match["line"] for command in finding["remedy"]["commands"] for match in _DIRECTIVE.finditer(command)]
        front(stack, with_directives(lines))

        mended = docker.push(kilobytes=case.kilobytes)
        assert mended.exit_code == 0, mended.output
