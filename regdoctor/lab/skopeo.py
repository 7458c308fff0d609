"""What a real client sees: skopeo pulls from a stack and pushes to it."""

from __future__ import annotations

import secrets
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from regdoctor.lab.image import build_image
from regdoctor.lab.material import PROJECT
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.stack import Stack

_LIMIT = 60.0
"""Seconds that skopeo may take."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of skopeo."""

    command: str
    """As it can be pasted into a shell."""
    exit_code: int
    output: str
    """Both its streams, in order."""

    @property
    def complaint(self) -> str:
        """The last line of its output: where it failed, what it says of it."""
        return (self.output.strip().splitlines() or [""])[-1]


def pull(stack: Stack, tag: str = "latest") -> Run:
    """Pull `gitlab-org/lab` with that tag into a new folder of the stack."""
    target = stack.folder / f"pulled-{secrets.token_hex(4)}"
    return _copy(stack, f"docker://{stack.settings.public_host}/{PROJECT}:{tag}", f"dir:{target}", "src")


def push(stack: Stack, tag: str = "pushed", content: str = "") -> Run:
    """Push an image that the registry has no part of yet, with `content` in its layer beside a line of its own."""
    source = stack.folder / f"pushed-{secrets.token_hex(4)}"
    build_image(f"Pushed to the lab, {secrets.token_hex(8)}.\n{content}").write_folder(source)
    return _copy(stack, f"dir:{source}", f"docker://{stack.settings.public_host}/{PROJECT}:{tag}", "dest")


def log_in(stack: Stack, authfile: Path) -> Run:
    """Log in as the stack's user; the login is kept in `authfile`."""
    trust = ["--cert-dir", str(stack.tree.trusted_certs), "--authfile", str(authfile)]
    command = ["login", *trust, "--username", "lab", "--password-stdin", stack.settings.public_host]
    return _run(stack, command, stack.material.password)


def _copy(stack: Stack, source: str, destination: str, side: str) -> Run:
    trust = [f"--{side}-cert-dir", str(stack.tree.trusted_certs), "--authfile", str(stack.docker_config)]
    return _run(stack, ["copy", "--insecure-policy", *trust, source, destination])


def _run(stack: Stack, arguments: list[str], stdin: str = "") -> Run:
    command = [str(find_program("skopeo")), *arguments]
    done = subprocess.run(
        command,
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**minimal_environment(stack.folder), "TMPDIR": str(stack.folder)},
        text=True,
        timeout=_LIMIT,
        check=False,
    )
    return Run(shlex.join(["skopeo", *arguments]), done.returncode, done.stdout)
