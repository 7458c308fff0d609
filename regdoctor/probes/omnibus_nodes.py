"""Reads the gitlab.rb of every node that was named."""

from __future__ import annotations

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.evidence.omnibus_nodes import OmnibusNodes
from regdoctor.formats.gitlab_rb import GitLabRb, parse_gitlab_rb
from regdoctor.probe import probe
from regdoctor.probes.host_tree import find_files, read_below


@probe(reads="gitlab.rb of every further node (--root) and every further one that was named")
def omnibus_nodes(installation: Installation, rb: GitLabRb) -> OmnibusNodes:
    """All of them, the first node's own first. Raises UnreadableError where one is broken."""
    further = list(installation.named.get(FileKind.GITLAB_RB, ())[1:])
    for node in installation.others:
        further += find_files(node, FileKind.GITLAB_RB, "etc/gitlab/gitlab.rb", "gitlab.rb")[:1]
    read = (parse_gitlab_rb(read_below(installation.root_of(path), path), str(path)) for path in further)
    return OmnibusNodes((rb, *read))
