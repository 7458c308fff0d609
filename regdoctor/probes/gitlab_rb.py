"""Reads Omnibus' gitlab.rb."""

from __future__ import annotations

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.gitlab_rb import GitLabRb, parse_gitlab_rb
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import find_files, read_below


@probe(reads="Omnibus' gitlab.rb")
def gitlab_rb(installation: Installation) -> GitLabRb:
    """What gitlab.rb sets. Raises UnreadableError where it is broken."""
    paths = find_files(installation, FileKind.GITLAB_RB, "etc/gitlab/gitlab.rb", "gitlab.rb")
    if not paths:
        raise NotApplicableError("no gitlab.rb was found on this host")
    return parse_gitlab_rb(read_below(installation.root, paths[0]), str(paths[0]))
