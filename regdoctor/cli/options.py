"""Turns the words of the command line into a target and into places to write to; what is unusable is a UsageError."""

from __future__ import annotations

import dataclasses
import math
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from regdoctor.catalogue import CONFIG
from regdoctor.check import Dialect
from regdoctor.cli.sizes import size_of
from regdoctor.distribution.reference_grammar import is_repository
from regdoctor.exit_codes import UsageError
from regdoctor.redaction import Secret, remember
from regdoctor.reporters import Render, reporter
from regdoctor.target import Login, Target

_STANDARD_OUTPUT = (Path("-"), Path("/dev/stdout"))


_LARGEST_LAYER = 10 * 10**12
"""Bytes: more than any registry's storage takes for one object."""
_HOST = re.compile(r"(?:[\w.-]+|[0-9A-Fa-f:.]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
"""A name, or an address with or without brackets; behind it a port."""
_OF_A_PROCESS = re.compile(r"/proc/(?:\d+|self)/root(?:/|$)")


@dataclass(frozen=True, slots=True)
class Writer:
    """One format with the file that it goes to; None: standard output."""

    format: str
    render: Render
    path: Path | None


def words(given: Sequence[str]) -> tuple[list[str], list[Path]]:
    """What was named: words for checks, and files to examine; files alone mean `config`.

    What looks like a path is a file, for no check's name holds a dot or a slash. Raises UsageError where it is none.
    """
    names, files = [], []
    for word in given:
        if "/" not in word and "." not in word:
            names.append(word)
        elif Path(word).exists() or Path(word).is_symlink():
            files.append(Path(word))
        else:
            raise UsageError(f"{word}: no such file.")
    return (names or ["config"] if files else names), files


def one_by_one(named: Target) -> tuple[Target, ...]:
    """A target for each of the files that were named. Raises UsageError where none was."""
    if not named.config_files:
        raise UsageError("--each needs files to examine: `regdoctor check config FILE...`.")
    return tuple(dataclasses.replace(named, config_files=(path,)) for path in named.config_files)


def may_be_ours(path: Path) -> bool:
    """Whether a file is of a kind that regdoctor knows, or cannot be read, which the examination tells."""
    from regdoctor.probes.named_files import kind_of

    try:
        return kind_of(None, path) is not None
    except UsageError:
        return True


def target(
    names: Sequence[str],
    *,
    registry: str | None,
    gitlab: str | None,
    debug_url: str | None,
    config: Sequence[Path],
    roots: Sequence[Path],
    repository: str | None,
    login: Login | None,
    ca_file: Path | None,
    allow_writes: bool,
    timeout: float,
    dialect: Dialect | None,
    anonymous: bool = False,
    send_credentials_to: str | None = None,
    mount_from: str | None = None,
    layer_size: str | None = None,
) -> Target:
    """The target that the options describe; this host where they name none."""
    for root in roots:
        if not _is_folder(root):
            raise UsageError(f"--root {root} is no folder.")
    if len({_whole(root) for root in roots}) < len(roots):
        raise UsageError("two --root name the same folder.")
    if math.isnan(timeout):
        raise UsageError("--timeout takes a number of seconds.")
    for option, name in (("--repository", repository), ("--mount-from", mount_from)):
        if name is not None and not is_repository(name):
            raise UsageError(f"{option} {name!r}: not the name of a repository, such as group/project.")
    if mount_from is not None and repository is None:
        raise UsageError("--mount-from names where layers come from: name with --repository where they go.")
    if anonymous and login is not None:
        raise UsageError("--anonymous and --username exclude each other.")
    elsewhere = bool(registry or config or debug_url)
    return Target(
        root=_whole(roots[0]) if roots else None if elsewhere else Path("/"),
        more_roots=tuple(map(_whole, roots[1:])),
        offline=all(name.lower() == CONFIG for name in names),
        registry_url=url("--registry", registry),
        gitlab_url=url("--gitlab", gitlab, path=True),
        debug_url=url("--debug-url", debug_url),
        config_files=tuple(path.absolute() for path in config),
        login=login,
        anonymous=anonymous,
        send_credentials_to=host("--send-credentials-to", send_credentials_to),
        ca_file=ca_file,
        repository=repository,
        mount_from=mount_from,
        layer_size=size_of("--layer-size", layer_size, _LARGEST_LAYER) if layer_size is not None else None,
        allow_writes=allow_writes,
        timeout=timeout,
        dialect=dialect,
    )


def _whole(root: Path) -> Path:
    """The folder's absolute path; links are followed, but for /proc/PID/root, which would lead out of a container."""
    whole = root.absolute()
    return whole if _OF_A_PROCESS.match(str(whole)) else whole.resolve()


def url(option: str, text: str | None, *, path: bool = False) -> str | None:
    """An address that was given by hand: scheme, host and port; with `path`, also a folder of the host.

    Raises UsageError for anything else; what may be a password in it is not shown.
    """
    if text is None:
        return None
    shown = _without_login(text)
    if any(char.isspace() or not char.isprintable() for char in text):
        raise UsageError(f"{option} {shown!r}: not an address: there is white space or a control character in it.")
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{option} {shown}: {error if shown == text else 'not an address'}.") from error
    if shown != text:
        if parts.password:
            remember(parts.password, "password")
        raise UsageError(
            f"{option} {shown}: name and password do not belong into the address; use --username, --password-stdin."
        )
    if not parts.hostname:
        raise UsageError(f"{option} {text!r}: not an address with http:// or https://.")
    if parts.scheme not in ("http", "https"):
        guess = text.partition("://")[2] or text
        raise UsageError(f"{option} {text}: not an address with http:// or https://. Did you mean https://{guess}?")
    if port == 0:
        raise UsageError(f"{option} {text}: nothing can listen at port 0.")
    folder = parts.path.rstrip("/") if path else ""
    if parts.path.rstrip("/") not in (folder, "/v2") or parts.query or parts.fragment:
        raise UsageError(f"{option} {text}: give scheme, host and port alone.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}{folder}" if port else f"{parts.scheme}://{host}{folder}"


def host(option: str, text: str | None) -> str | None:
    """A host, or host:port, that was given by hand. Raises UsageError for anything else."""
    if text is None or _HOST.fullmatch(text):
        return text
    shown = _without_login(text)
    raise UsageError(f"{option} {shown!r}: give a host, or host:port, without http:// and without a path.")


def _without_login(text: str) -> str:
    """The address without what stands before the last @ of its authority, which may be a password with a slash."""
    scheme, separator, rest = text.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


def login(username: str | None, *, from_stdin: bool) -> Login | None:
    """The login, with its password from standard input, or asked for where a person sits there."""
    if username is None:
        if from_stdin:
            raise UsageError("--password-stdin needs --username.")
        return None
    password = _read_password() if from_stdin else _ask_password(username)
    if not password:
        raise UsageError("the password is empty.")
    return Login(username, Secret(password, "password"))


def _read_password() -> str:
    try:
        return sys.stdin.readline().rstrip("\r\n") if sys.stdin else ""
    except UnicodeDecodeError as error:
        raise UsageError("the password on standard input is not UTF-8 text.") from error


def _ask_password(username: str) -> str:
    if not sys.stdin or not sys.stdin.isatty():
        raise UsageError("--username needs --password-stdin, or a terminal to ask at.")
    import getpass

    return getpass.getpass(f"Password for {username}: ")


def writers(formats: Sequence[str], outputs: Sequence[Path]) -> tuple[Writer, ...]:
    """The formats with their files, paired in order; one may go to standard output."""
    if len(outputs) > max(len(formats), 1):
        raise UsageError("there are more --output than --format; they are paired in order.")
    if len(set(outputs)) < len(outputs):
        raise UsageError("two --output name the same file.")
    for path in outputs:
        if not _is_folder(path.absolute().parent):
            raise UsageError(f"--output {path}: there is no folder {path.absolute().parent}.")
        if _is_folder(path):
            raise UsageError(f"--output {path} is a folder.")
    chosen = list(formats) or ["human"]
    paths: list[Path | None] = [None if path in _STANDARD_OUTPUT else path for path in outputs]
    paths += [None] * (len(chosen) - len(outputs))
    if paths.count(None) > 1:
        raise UsageError("only one --format can go to standard output; give the others an --output.")
    return tuple(Writer(name, reporter(name), path) for name, path in zip(chosen, paths, strict=True))


def _is_folder(path: Path) -> bool:
    """As Path.is_dir, and False also where the system will not tell."""
    try:
        return path.is_dir()
    except OSError:
        return False
