"""Reads Omnibus GitLab's gitlab-secrets.json."""

from __future__ import annotations

from regdoctor.evidence.installation import Installation
from regdoctor.formats.gitlab_secrets import GitLabSecrets, parse_gitlab_secrets
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import read_below


@probe(reads="the registry's key pair in gitlab-secrets.json")
def gitlab_secrets(installation: Installation) -> GitLabSecrets:
    """The pair that the next `gitlab-ctl reconfigure` writes. Raises UnreadableError where it is broken."""
    path = installation.gitlab_secrets
    if path is None:
        raise NotApplicableError("this host has no gitlab-secrets.json")
    return parse_gitlab_secrets(read_below(installation.root_of(path), path), str(path))
