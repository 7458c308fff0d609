"""FS-12: GitLab backs up another folder than the one that holds the images."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.checks.auth import registry_is_on
from regdoctor.evidence.registry_folders import RegistryFolders
from regdoctor.formats.gitlab_yml import GitLabConfig


@check(
    title="GitLab backs up the folder that the registry writes to",
    severity=Severity.WARNING,
    failure_modes=("FS-12",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/#configure-storage-for-the-container-registry",
)
def registry_path_differs(gitlab: GitLabConfig, folders: RegistryFolders) -> Outcome:
    """GitLab's backup packs registry.path of gitlab.yml; the registry writes to storage.filesystem.rootdirectory.

    Where these are two folders the backup has no images in it, or old ones, and nobody sees that until it is restored.
    Symbolic links are followed, so that two names of one folder are no difference.

    Set both to the same folder: in Omnibus by gitlab_rails['registry_path'] alone, for it gives both.
    """
    if not registry_is_on(gitlab):
        return Skip(f"{gitlab.source} has the registry switched off")
    ours, theirs = folders.of_gitlab, folders.of_registry
    if folders.same:
        return Pass(f"both use {theirs.path}")
    return Fail(
        f"GitLab takes {ours.path} for the registry's folder; the registry writes to {theirs.path}",
        evidence=(ours.named_by, theirs.named_by),
        resource="registry.path",
        remedy=_remedy(theirs.path),
    )


def _remedy(path: str) -> Remedies:
    return {
        Dialect.OMNIBUS: Remedy(
            "Name the folder that holds the images in /etc/gitlab/gitlab.rb; reconfigure writes it into both files "
            "(unless registry['storage'] names another: then take that out).",
            (f"gitlab_rails['registry_path'] = \"{path}\"", "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.PLAIN: Remedy(
            "Name the folder that holds the images in GitLab's gitlab.yml, and restart GitLab. Its user must be able "
            "to read it.",
            (f"registry:\n  path: {path}",),
        ),
    }
