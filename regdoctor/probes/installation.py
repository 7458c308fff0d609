"""Finds the installation: Omnibus and source paths, the packages' own configuration, a running process."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation, RunningRegistry
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes import running_registries
from regdoctor.probes.client_files import has_client_files
from regdoctor.probes.host_tree import find_files, is_there
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
_FURTHER = {
    Dialect.OMNIBUS: ("etc/gitlab/gitlab.rb", "gitlab.rb", "*/gitlab.rb"),
    Dialect.COMPOSE: ("docker-compose.y*ml", "compose.y*ml", "*/docker-compose.y*ml", "*/compose.y*ml"),
    Dialect.PLAIN: ("etc/systemd/system/*registry*.service", "*registry*.service"),
    Dialect.HELM: ("values.y*ml", "*values*.y*ml", "*/values*.y*ml"),
}
"""What a copied tree or a repository may hold instead, and how the registry that it describes is installed."""


@probe(reads="the usual places of a registry's and GitLab's configuration, and this machine's processes")
def installation(target: Target) -> Installation:
    """What is installed under the target's roots, or what the named files are.

    A root without a registry counts where it has files of a registry's clients that somebody wrote for one, or, with
    the registry's address given, any at all. On this host itself only the latter: there a registry is looked for.

    With several roots the first that has a registry's configuration is the registry's node, the first that has a
    gitlab.yml is GitLab's, and all are among its `nodes()`.

    Raises NotApplicableError where there is nothing, with what was looked for; CouldNotGatherError where several
    registries run here and none is the one that is meant.
    """
    if target.config_files and target.root is None:
        return sort_named_files(target)
    if target.root is None:
        raise NotApplicableError("only a URL was given: no host's files were looked at (--root, --config)")
    every = tuple(running_registries.registries())
    nodes = [_node(target, root, every) for root in (target.root, *target.more_roots)]
    found = _together(nodes)
    if target.config_files:
        return sort_named_files(target, found)
    if not (found.registry_config or found.gitlab_yml or found.process or _further(found)):
        if has_client_files(target.root, of_named_registry=target.registry_url is not None):
            return found
        raise NotApplicableError(_nothing(target.root) + _in_containers(target, every))
    if target.is_this_host and not _in_use(target.root, found):
        if has_client_files(target.root, of_named_registry=target.registry_url is not None):
            return dataclasses.replace(found, registry_config=None)
        raise NotApplicableError(
            f"{found.registry_config} is there, but no registry runs with it and nothing starts one. {_ADVICE}"
            + _in_containers(target, every)
        )
    return found


def _node(target: Target, root: Path, every: Sequence[RunningRegistry]) -> Installation:
    """What is installed under one root."""
    ours = [running_registries.as_reached(found, root) for found in every if running_registries.in_tree(found, root)]
    process = running_registries.chosen(ours, target, tuple(root / place for place in REGISTRY_CONFIGS))
    return Installation(
        root=root,
        dialect=target.dialect or _dialect(root),
        live=root == Path("/") or process is not None or running_registries.host_runs(root),
        process=process,
        registry_config=(process and process.config) or _first(root, REGISTRY_CONFIGS),
        gitlab_yml=_first(root, GITLAB_YMLS),
        gitlab_secrets=_first(root, ("etc/gitlab/gitlab-secrets.json",)),
        env_directory=_first(root, ("opt/gitlab/etc/registry/env",)),
        trusted_certificates=_first(root, ("etc/gitlab/trusted-certs",)),
    )


def _together(nodes: Sequence[Installation]) -> Installation:
    """The registry's node with the others beside it, and with GitLab's files where those are on another."""
    registry = next((node for node in nodes if node.registry_config or node.process), nodes[0])
    gitlab = next((node for node in (registry, *nodes) if node.gitlab_yml), registry)
    others = tuple(node for node in nodes if node is not registry)
    if gitlab is registry:
        return dataclasses.replace(registry, others=others)
    return dataclasses.replace(registry, others=others, gitlab_yml=gitlab.gitlab_yml, gitlab_root=gitlab.root)


def _further(found: Installation) -> bool:
    """Whether a tree describes a registry without holding its files; on this host that is not looked for."""
    return found.root != Path("/") and any(find_files(found, FileKind.COMPOSE, *places) for places in _FURTHER.values())


_ADVICE = (
    "Pass --registry URL to examine a registry from outside, --root DIR for a host's tree that is mounted or copied, "
    "or --config FILE for single files."
)


def _nothing(root: Path) -> str:
    places = ", ".join(str(root / place) for place in (*REGISTRY_CONFIGS, *GITLAB_YMLS))
    described = "" if root == Path("/") else ", no gitlab.rb, Helm values or Compose file is at its top"
    return (
        f"No registry was found: none of {places} exists{described}, and no process called registry or "
        f"docker-registry runs with files below {root}. {_ADVICE}"
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
    if is_there(root, ".dockerenv"):
        return Dialect.COMPOSE
    if root != Path("/") and not any(is_there(root, place) for place in REGISTRY_CONFIGS):
        tree = Installation(root=root, dialect=Dialect.PLAIN, live=False)
        for dialect, places in _FURTHER.items():
            if find_files(tree, FileKind.COMPOSE, *places):
                return dialect
    return Dialect.PLAIN


def _in_use(root: Path, found: Installation) -> bool:
    """Whether a registry runs on this host, or something that runs on it is there to start one.

    A package leaves its configuration behind also where nobody uses it; that is no registry that is down.
    """
    if found.process or found.gitlab_yml:
        return True
    wants = "etc/systemd/system/multi-user.target.wants"
    units = [f"{wants}/{name}.service" for name in ("docker-registry", "registry", "distribution")]
    return is_there(root, "run/systemd/system") and any(is_there(root, unit) for unit in units)
