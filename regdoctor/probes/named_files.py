"""Recognises the files that are named by hand by what is in them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

from regdoctor.check import Dialect
from regdoctor.distribution.storage_drivers import DISTRIBUTION_2_DRIVERS, GITLAB_DRIVERS, SIBLINGS
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.exit_codes import UsageError
from regdoctor.formats import yaml_tree
from regdoctor.formats.located import Located, UnreadableError
from regdoctor.probes.host_tree import read_below
from regdoctor.target import Target

_SINGLE = (FileKind.GITLAB_YML, FileKind.GITLAB_SECRETS)
"""Of these an installation has one."""
_DIALECTS = {
    FileKind.GITLAB_RB: Dialect.OMNIBUS,
    FileKind.HELM_VALUES: Dialect.HELM,
    FileKind.COMPOSE: Dialect.COMPOSE,
}


def sort_named_files(target: Target, found: Installation | None = None) -> Installation:
    """The installation with the named files in their places, over what was found on the host, if anything.

    Several files config.yml are replicas of one registry, several gitlab.rb the nodes of one GitLab.

    Raises UsageError, naming the file, where one cannot be read or is none of the kinds that we know.
    """
    named: dict[FileKind, tuple[Path, ...]] = {}
    for path in target.config_files:
        kind = kind_of(target.root, path)
        if kind is None:
            raise UsageError(f"{path}: empty, or none of the files that regdoctor knows ({', '.join(FileKind)}).")
        named[kind] = (*named.get(kind, ()), path)
    for kind in _SINGLE:
        if len(named.get(kind, ())) > 1:
            raise UsageError(f"two files named are {kind}s; one at a time can be examined, or --each by itself.")
    here = found or Installation(root=None, dialect=target.dialect or _dialect(named), live=False)
    return dataclasses.replace(
        here,
        named=named,
        registry_config=_first(named, FileKind.REGISTRY_CONFIG, here.registry_config),
        gitlab_yml=_first(named, FileKind.GITLAB_YML, here.gitlab_yml),
        gitlab_secrets=_first(named, FileKind.GITLAB_SECRETS, here.gitlab_secrets),
    )


def _first(named: Mapping[FileKind, tuple[Path, ...]], kind: FileKind, otherwise: Path | None) -> Path | None:
    return next(iter(named.get(kind, ())), otherwise)


def _dialect(named: Mapping[FileKind, tuple[Path, ...]]) -> Dialect:
    return next((dialect for kind, dialect in _DIALECTS.items() if kind in named), Dialect.PLAIN)


_NAMES = {
    "gitlab.rb": FileKind.GITLAB_RB,
    "daemon.json": FileKind.DOCKER_DAEMON,
    "hosts.toml": FileKind.HOSTS_TOML,
    "registries.conf": FileKind.REGISTRIES_CONF,
    "crontab": FileKind.CRON,
}
_SIGNS = (
    (re.compile(r"^\s*\[\[runners\]\]", re.M), FileKind.RUNNER),
    (re.compile(r"^\s*(?:\[host\.|\[host\]|server\s*=\s*\"http)", re.M), FileKind.HOSTS_TOML),
    (
        re.compile(r"^\s*(?:unqualified-search-registries|\[\[registry\]\]|\[registries\.)", re.M),
        FileKind.REGISTRIES_CONF,
    ),
    (re.compile(r"^\s*\[Service\]", re.M), FileKind.SYSTEMD),
    (
        re.compile(r"^\s*(?:(?:registry_)?external_url\b|(?:registry|gitlab_rails|registry_nginx)\s*\[)", re.M),
        FileKind.GITLAB_RB,
    ),
    (re.compile(r"^\s*(?:server|http|events|upstream\s+\S+|location\s[^{]+)\s*\{", re.M), FileKind.NGINX),
    (re.compile(r"^\s*(?:@\w+|(?:\S+\s+){5}).*garbage-collect", re.M), FileKind.CRON),
)
"""What only files of one kind have, by lines, for those that are not YAML or JSON."""
_SECRETS = ("internal_key", "internal_certificate", "http_secret")
"""What Omnibus GitLab keeps for the registry in gitlab-secrets.json."""
_OF_GITLAB_YML = ("host", "port", "api_url", "key", "issuer", "path")
"""What gitlab.yml has in its block `registry` and the chart's values have not."""


def kind_of(root: Path | None, path: Path) -> FileKind | None:
    """What kind of file it is; None for none that we know.

    root: of the host that it lies on, see `read_below`. Raises UsageError, one line that names the file, where it
    cannot be read.
    """
    try:
        data = read_below(root, path)
    except UnreadableError as error:
        raise UsageError(str(error)) from error
    if path.name in _NAMES:
        return _NAMES[path.name]
    if path.suffix not in _OF_YAML:
        text = data.decode("utf-8", "replace")
        told = next((kind for sign, kind in _SIGNS if sign.search(text)), None)
        if told is not None:
            return told
    try:
        return _in_yaml(path, yaml_tree.parse(data, str(path)))
    except UnreadableError as error:
        if path.suffix not in _OF_YAML:
            return None  # text of any kind, such as a log: nobody said that it is YAML
        raise UsageError(str(error)) from error


_OF_YAML = (".yml", ".yaml", ".json")
"""Endings of YAML files; JSON is YAML, too."""


_OF_CONFIG = {
    "storage": (*DISTRIBUTION_2_DRIVERS, *GITLAB_DRIVERS, *SIBLINGS),
    "http": (
        "addr",
        "net",
        "host",
        "prefix",
        "secret",
        "relativeurls",
        "headers",
        "debug",
        "tls",
        "http2",
        "draintimeout",
    ),
    "auth": ("token", "htpasswd", "silly"),
    "notifications": ("endpoints",),
}
"""What a registry's config.yml has below sections whose names other programs' files have, too."""


def _is_registry_config(tree: Located) -> bool:
    version = tree.at("version")
    if version is not None and version.text() == "0.1":
        return True
    return any(set(section.entries()) & set(keys) for name, keys in _OF_CONFIG.items() if (section := tree.at(name)))


def _in_yaml(path: Path, tree: Located) -> FileKind | None:
    if tree.at("services"):
        return FileKind.COMPOSE
    if tree.at("apiVersion"):
        return None  # an object of Kubernetes, which shares words with ours
    if tree.at("global"):
        return FileKind.HELM_VALUES
    if any(tree.at("registry", name) for name in _SECRETS) or (path.suffix == ".json" and tree.at("registry")):
        return FileKind.GITLAB_SECRETS
    if _is_registry_config(tree):
        return FileKind.REGISTRY_CONFIG
    if any(tree.at(*steps) for steps in (("production", "registry"), ("production", "gitlab"), ("gitlab", "host"))):
        return FileKind.GITLAB_YML
    if any(tree.at("registry", name) for name in _OF_GITLAB_YML):
        return FileKind.GITLAB_YML
    return FileKind.HELM_VALUES if tree.at("registry") else None
