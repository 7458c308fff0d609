"""Turns the words of the command line into a target and into places to write to; what is unusable is a UsageError."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from regdoctor.check import Dialect
from regdoctor.exit_codes import UsageError
from regdoctor.redaction import Secret, remember
from regdoctor.reporters import Render, reporter
from regdoctor.target import Login, Target


@dataclass(frozen=True, slots=True)
class Writer:
    """One format with the file that it goes to; None: standard output."""

    format: str
    render: Render
    path: Path | None


def target(
    *,
    registry: str | None,
    gitlab: str | None,
    debug_url: str | None,
    config: Sequence[Path],
    root: Path | None,
    repository: str | None,
    login: Login | None,
    ca_file: Path | None,
    allow_writes: bool,
    timeout: float,
    dialect: Dialect | None,
) -> Target:
    """The target that the options describe; this host where they name none."""
    if root is not None and not root.is_dir():
        raise UsageError(f"--root {root} is no folder.")
    elsewhere = bool(registry or config or debug_url)
    return Target(
        root=root.resolve() if root else None if elsewhere else Path("/"),
        registry_url=url("--registry", registry),
        gitlab_url=url("--gitlab", gitlab),
        debug_url=url("--debug-url", debug_url),
        config_files=tuple(path.absolute() for path in config),
        login=login,
        ca_file=ca_file,
        repository=repository,
        allow_writes=allow_writes,
        timeout=timeout,
        dialect=dialect,
    )


def url(option: str, text: str | None) -> str | None:
    """An address that was given by hand: scheme, host and port, nothing more."""
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{option} {text}: {error}.") from error
    if parts.password:
        remember(parts.password, "password")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        guess = text.partition("://")[2] or text
        raise UsageError(f"{option} {text}: not an address with http:// or https://. Did you mean https://{guess}?")
    if parts.username is not None:
        raise UsageError(
            f"{option}: name and password do not belong into the address; use --username, --password-stdin."
        )
    if parts.path.rstrip("/") not in ("", "/v2") or parts.query or parts.fragment:
        raise UsageError(f"{option} {text}: give scheme, host and port alone; registries are always asked at /v2/.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}" if port else f"{parts.scheme}://{host}"


def login(username: str | None, *, from_stdin: bool) -> Login | None:
    """The login, with its password from standard input, or asked for where a person sits there."""
    if username is None:
        if from_stdin:
            raise UsageError("--password-stdin needs --username.")
        return None
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        import getpass

        password = getpass.getpass(f"Password for {username}: ")
    else:
        raise UsageError("--username needs --password-stdin, or a terminal to ask at.")
    if not password:
        raise UsageError("the password is empty.")
    return Login(username, Secret(password, "password"))


def writers(formats: Sequence[str], outputs: Sequence[Path]) -> tuple[Writer, ...]:
    """The formats with their files, paired in order; one may go to standard output."""
    if len(outputs) > max(len(formats), 1):
        raise UsageError("there are more --output than --format; they are paired in order.")
    if len(set(outputs)) < len(outputs):
        raise UsageError("two --output name the same file.")
    for path in outputs:
        if not path.absolute().parent.is_dir():
            raise UsageError(f"--output {path}: there is no folder {path.absolute().parent}.")
        if path.is_dir():
            raise UsageError(f"--output {path} is a folder.")
    chosen = list(formats) or ["human"]
    paths: list[Path | None] = [*outputs, *[None] * (len(chosen) - len(outputs))]
    if paths.count(None) > 1:
        raise UsageError("only one --format can go to standard output; give the others an --output.")
    return tuple(Writer(name, reporter(name), path) for name, path in zip(chosen, paths, strict=True))
