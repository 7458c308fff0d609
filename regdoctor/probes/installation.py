"""Finds the installation: Omnibus and source paths, the packages' own configuration, a running process."""

from __future__ import annotations

import re
from pathlib import Path

import psutil

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation, RunningRegistry
from regdoctor.formats.located import UnreadableError
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import follow
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

    Raises NotApplicableError where there is nothing, with what was looked for.
    """
    if target.config_files and target.root is None:
        return sort_named_files(target)
    root = target.root
    if root is None:
        raise NotApplicableError("only a URL was given: no host's files were looked at (--root, --config)")
    process = _running(root)
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
        raise NotApplicableError(_nothing(root))
    if target.is_this_host and not _in_use(found):
        raise NotApplicableError(
            f"{found.registry_config} is there, but no registry runs with it and nothing starts one. {_ADVICE}"
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
        f"here. {_ADVICE}"
    )


def _first(root: Path, places: tuple[str, ...]) -> Path | None:
    return next((root / place for place in places if _exists(root, place)), None)


def _exists(root: Path, place: str) -> bool:
    path = root / place
    try:
        # Not followed at its end: a link to nothing is there, and the one who reads it says what is wrong.
        (follow(root, path.parent) / path.name).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, UnreadableError):
        return True  # not ours to enter: the one who reads it says so
    return True


def _dialect(root: Path) -> Dialect:
    if _exists(root, "etc/gitlab/gitlab.rb") or _exists(root, "opt/gitlab/embedded"):
        return Dialect.OMNIBUS
    if _exists(root, "home/git/gitlab/config/gitlab.yml"):
        return Dialect.SOURCE
    if _exists(root, "var/run/secrets/kubernetes.io"):
        return Dialect.HELM
    return Dialect.COMPOSE if _exists(root, ".dockerenv") else Dialect.PLAIN


def _running(root: Path) -> RunningRegistry | None:
    """The registry process whose configuration lies under `root`, if this machine runs one."""
    for process in psutil.process_iter(["name", "cmdline"]):
        arguments = tuple(process.info["cmdline"] or ())
        if process.info["name"] not in _PROGRAMS or "serve" not in arguments:
            continue
        words = arguments[arguments.index("serve") + 1 :]
        config = next((Path(word) for word in words if not word.startswith("-")), None)
        if config is not None and not config.is_absolute():
            config = _working_folder(process) / config
        if root == Path("/") or (config is not None and config.is_relative_to(root)):
            return RunningRegistry(process.pid, arguments, config)
    return None


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


def _in_use(found: Installation) -> bool:
    """Whether a registry runs on this host, or something that runs on it is there to start one.

    A package leaves its configuration behind also where nobody uses it; that is no registry that is down.
    """
    assert found.root is not None  # noqa: S101 - the caller has one
    if found.process or found.gitlab_yml:
        return True
    wants = "etc/systemd/system/multi-user.target.wants"
    units = [f"{wants}/{name}.service" for name in ("docker-registry", "registry", "distribution")]
    return _exists(found.root, "run/systemd/system") and any(_exists(found.root, unit) for unit in units)
