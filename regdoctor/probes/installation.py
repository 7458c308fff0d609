"""Finds the installation: Omnibus and source paths, the packages' own configuration, a running process."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation, RunningRegistry
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.host_tree import is_there
from regdoctor.probes.named_files import sort_named_files
from regdoctor.target import Target

REGISTRY_CONFIGS = (
    "var/opt/gitlab/registry/config.yml",  # omnibus-gitlab
    "etc/docker/registry/config.yml",  # distribution 2's image, Debian's package, GitLab's chart
    "etc/distribution/config.yml",  # distribution 3's image
)
GITLAB_YMLS = (
    "var/opt/gitlab/gitlab-rails/etc/gitlab.yml",  # omnibus-gitlab
    "home/git/gitlab/config/gitlab.yml",  # from source
)
_PROGRAMS = {"registry", "docker-registry"}
_HOST_PROGRAMS = _PROGRAMS | {"nginx", "puma", "gitlab-workhorse", "runsvdir", "runsv"}


@probe(reads="the usual places of a registry's and GitLab's configuration, and this machine's processes")
def installation(target: Target) -> Installation:
    """What is installed under the target's root, or what the named files are.

    Raises NotApplicableError where there is nothing, with what was looked for; CouldNotGatherError where several
    registries run here and none is the one that is meant.
    """
    if target.config_files and target.root is None:
        return sort_named_files(target)
    root = target.root
    if root is None:
        raise NotApplicableError("only a URL was given: no host's files were looked at (--root, --config)")
    every = tuple(_registries())
    process = _chosen([_as_reached(found, root) for found in every if _in_tree(found, root)], target, root)
    found = Installation(
        root=root,
        dialect=target.dialect or _dialect(root),
        live=target.is_this_host or process is not None or _host_runs(root),
        process=process,
        registry_config=(process and process.config) or _first(root, REGISTRY_CONFIGS),
        gitlab_yml=_first(root, GITLAB_YMLS),
        gitlab_secrets=_first(root, ("etc/gitlab/gitlab-secrets.json",)),
        env_directory=_first(root, ("opt/gitlab/etc/registry/env",)),
        trusted_certificates=_first(root, ("etc/gitlab/trusted-certs",)),
    )
    if target.config_files:
        return sort_named_files(target, found)
    if not (found.registry_config or found.gitlab_yml or process):
        raise NotApplicableError(_nothing(root) + _in_containers(target, every))
    if target.is_this_host and not _in_use(root, found):
        raise NotApplicableError(
            f"{found.registry_config} is there, but no registry runs with it and nothing starts one. {_ADVICE}"
            + _in_containers(target, every)
        )
    return found


_ADVICE = (
    "Pass --registry URL to examine a registry from outside, --root DIR for a host's tree that is mounted or copied, "
    "or --config FILE for single files."
)


def _nothing(root: Path) -> str:
    places = ", ".join(str(root / place) for place in (*REGISTRY_CONFIGS, *GITLAB_YMLS))
    return (
        f"No registry was found: none of {places} exists, and no process called registry or docker-registry runs "
        f"with files below {root}. {_ADVICE}"
    )


def _in_containers(target: Target, every: Sequence[RunningRegistry]) -> str:
    """Where this host has none: the registries that run here with other files."""
    return "".join(
        f" A registry runs in a container, or else with files of its own, as process {found.pid}: "
        f"--root /proc/{found.pid}/root, as root, examines them."
        for found in every
        if target.is_this_host
    )


def _first(root: Path, places: tuple[str, ...]) -> Path | None:
    return next((root / place for place in places if is_there(root, place)), None)


def _dialect(root: Path) -> Dialect:
    if is_there(root, "etc/gitlab/gitlab.rb") or is_there(root, "opt/gitlab/embedded"):
        return Dialect.OMNIBUS
    if is_there(root, "home/git/gitlab/config/gitlab.yml"):
        return Dialect.SOURCE
    if is_there(root, "var/run/secrets/kubernetes.io"):
        return Dialect.HELM
    return Dialect.COMPOSE if is_there(root, ".dockerenv") else Dialect.PLAIN


def _registries() -> Iterator[RunningRegistry]:
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


def _in_tree(process: RunningRegistry, root: Path) -> bool:
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


def _as_reached(process: RunningRegistry, root: Path) -> RunningRegistry:
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


def _chosen(running: Sequence[RunningRegistry], target: Target, root: Path) -> RunningRegistry | None:
    """Of several, the one whose configuration was named by hand, else the one that has it in a known place.

    Raises CouldNotGatherError, with all of them, where that does not decide and none was named.
    """
    known = tuple(root / place for place in REGISTRY_CONFIGS)
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


def _host_runs(root: Path) -> bool:
    """Whether a program of a GitLab or registry host runs here with files below `root`."""
    # Where a path begins: nginx puts all its arguments into one word, and /a/b/ is also a part of /x/a/b/.
    below = re.compile(rf"(?<![\w./-]){re.escape(str(root))}/")
    return any(
        process.info["name"] in _HOST_PROGRAMS and any(map(below.search, process.info["cmdline"] or ()))
        for process in psutil.process_iter(["name", "cmdline"])
    )


def _in_use(root: Path, found: Installation) -> bool:
    """Whether a registry runs on this host, or something that runs on it is there to start one.

    A package leaves its configuration behind also where nobody uses it; that is no registry that is down.
    """
    if found.process or found.gitlab_yml:
        return True
    wants = "etc/systemd/system/multi-user.target.wants"
    units = [f"{wants}/{name}.service" for name in ("docker-registry", "registry", "distribution")]
    return is_there(root, "run/systemd/system") and any(is_there(root, unit) for unit in units)
