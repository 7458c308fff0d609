"""The registry processes of this machine, and which of them belong to the tree that is examined."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from regdoctor.evidence.installation import RunningRegistry
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.host_tree import is_there
from regdoctor.target import Target

_PROGRAMS = {"registry", "docker-registry"}
_HOST_PROGRAMS = _PROGRAMS | {"nginx", "puma", "gitlab-workhorse", "runsvdir", "runsv"}


def registries() -> Iterator[RunningRegistry]:
    """Every registry process of this machine, containers' included, with its configuration as the process names it."""
    for process in psutil.process_iter(["name", "cmdline"]):
        arguments = tuple(process.info["cmdline"] or ())
        if process.info["name"] not in _PROGRAMS or "serve" not in arguments:
            continue
        words = arguments[arguments.index("serve") + 1 :]
        config = next((Path(word) for word in words if not word.startswith("-")), None)
        if config is not None and not config.is_absolute():
            config = _working_folder(process) / config
        yield RunningRegistry(process.pid, arguments, config)


def in_tree(process: RunningRegistry, root: Path) -> bool:
    """Whether the process runs with files below `root`.

    A container's process names paths of its own tree, where this host may have quite another file. That its mount
    namespace is another one does not tell: systemd gives services one, too (systemd.exec(5), PrivateTmp=), with the
    host's files in it. So the root folders themselves are compared, and the configuration as each side sees it.
    """
    config = process.config
    tree = Path(f"/proc/{process.pid}/root")
    below = config is not None and config.is_relative_to(root)
    try:
        if tree.samefile(root):
            return config is None or _identity(_moved(config, tree)) == _identity(_moved(config, root))
        return below and tree.samefile("/")
    except OSError:
        # Another user's process, of whose tree we may not know: a file that is there is most likely its own.
        return below and config is not None and is_there(root, str(config.relative_to(root)))


def as_reached(process: RunningRegistry, root: Path) -> RunningRegistry:
    """A process of the tree, with its configuration as it is reached from here."""
    config = process.config
    if config is None or config.is_relative_to(root):
        return process
    return dataclasses.replace(process, config=_moved(config, root))


def _moved(path: Path, root: Path) -> Path:
    return root / path.relative_to("/")


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a file; None where there is none."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def chosen(running: Sequence[RunningRegistry], target: Target, known: Sequence[Path]) -> RunningRegistry | None:
    """Of several, the one whose configuration was named by hand, else the one that has it in a known place.

    known: the usual places of the configuration in the examined tree.

    Raises CouldNotGatherError, with all of them, where that does not decide and none was named.
    """
    for places in (None, target.config_files, known):
        fitting = [found for found in running if places is None or found.config in places]
        if len({found.config for found in fitting}) == 1:
            return fitting[0]
    if not running or target.config_files:
        return None
    each = ", ".join(f"process {found.pid} with {found.config or 'no configuration file'}" for found in running)
    raise CouldNotGatherError(f"several registries run here: {each}. Name the one to examine with --config FILE")


def _working_folder(process: psutil.Process) -> Path:
    try:
        return Path(process.cwd())
    except psutil.Error:
        return Path("/")


def host_runs(root: Path) -> bool:
    """Whether a program of a GitLab or registry host runs here with files below `root`."""
    # Where a path begins: nginx puts all its arguments into one word, and /a/b/ is also a part of /x/a/b/.
    below = re.compile(rf"(?<![\w./-]){re.escape(str(root))}/")
    return any(
        process.info["name"] in _HOST_PROGRAMS and any(map(below.search, process.info["cmdline"] or ()))
        for process in psutil.process_iter(["name", "cmdline"])
    )
