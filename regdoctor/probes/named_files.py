"""Recognises the files that --config names by what is in them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.exit_codes import UsageError
from regdoctor.formats import yaml_tree
from regdoctor.formats.located import UnreadableError
from regdoctor.probes.host_tree import read_below
from regdoctor.target import Target


def sort_named_files(target: Target, found: Installation | None = None) -> Installation:
    """The installation with the named files in their places, over what was found on the host, if anything.

    Raises UsageError, naming the file, where one cannot be read or is none of the kinds that we know.
    """
    here = found or Installation(root=None, dialect=target.dialect or Dialect.PLAIN, live=False)
    named = {_kind(target.root, path): path for path in target.config_files}
    if len(named) < len(target.config_files):
        raise UsageError("two of the files named with --config are of the same kind; one at a time can be examined.")
    return dataclasses.replace(
        here,
        registry_config=named.get("registry_config", here.registry_config),
        gitlab_yml=named.get("gitlab_yml", here.gitlab_yml),
        gitlab_secrets=named.get("gitlab_secrets", here.gitlab_secrets),
    )


_SECRETS = ("internal_key", "internal_certificate", "http_secret")
"""What Omnibus GitLab keeps for the registry in gitlab-secrets.json."""
_FOREIGN = ("services", "global", "apiVersion")
"""Top-level keys of Compose files, of GitLab's Helm values and of Kubernetes objects, which share words with ours."""


def _kind(root: Path | None, path: Path) -> str:
    """The field of Installation that the file belongs to."""
    try:
        tree = yaml_tree.parse(read_below(root, path), str(path))  # JSON is YAML, too
    except UnreadableError as error:
        raise UsageError(str(error)) from error
    if not any(map(tree.at, _FOREIGN)):
        if any(tree.at("registry", name) for name in _SECRETS) or (path.suffix == ".json" and tree.at("registry")):
            return "gitlab_secrets"
        if tree.at("storage") or tree.at("http") or tree.at("version"):
            return "registry_config"
        if any(tree.at(*path) for path in (("production", "registry"), ("production", "gitlab"), ("registry",))):
            return "gitlab_yml"
    raise UsageError(f"{path}: neither a registry's config.yml, nor a gitlab.yml, nor a gitlab-secrets.json.")
