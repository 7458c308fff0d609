"""Remedies for a token that opens less of a repository than is wanted."""

from regdoctor.check import Remedy

GRANT_PULL = Remedy(
    "See that the path is that of a project, whose registry is on, and of which this user is a member. In GitLab the "
    "role must be Reporter or higher (Developer to push), a personal or deploy token needs read_registry, and a CI job "
    "of another project must be let in by this one (Settings, CI/CD, Job token permissions)."
)
GRANT_PUSH = Remedy(
    "Grant the user push. In GitLab that is the role Developer or higher; a personal or deploy token needs "
    "write_registry beside read_registry, and the registry may not be read-only for it."
)
