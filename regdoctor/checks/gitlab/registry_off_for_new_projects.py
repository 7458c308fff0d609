"""AUTH-17: new projects begin without a container registry."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, check
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.injection import Absent
from regdoctor.remedies import RECONFIGURE

_RUBY = "gitlab_default_projects_features_container_registry"


@check(
    title="New projects have the container registry",
    severity=Severity.INFO,
    failure_modes=("AUTH-17",),
    symptoms=("denied: requested access to the resource is denied",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/#disable-container-registry-for-new-projects-site-wide",
)
def registry_off_for_new_projects(rb: GitLabRb | Absent, gitlab: GitLabConfig | Absent) -> Outcome:
    """A setting of the whole site decides whether a new project begins with its container registry on.

    Where it is false, pushes to a new project are denied until somebody turns the registry on in that project. That
    may be meant; it is worth knowing when only new projects fail. Projects that were there before are not touched.

    If it is not meant, set the default to true, and turn the registry on in the projects made meanwhile.
    """
    found = _settings(rb, gitlab)
    off = [value for value in found if value.switch() is False]
    if not found:
        return Skip("nothing here sets the default of new projects, so it is on")
    if not off:
        return Pass("the default of new projects is on")
    remedy = Remedy("Set the default of new projects to true in gitlab.yml, and restart GitLab.", ())
    ruby = Remedy(
        "Set the default of new projects to true in /etc/gitlab/gitlab.rb, and reconfigure.",
        (f"gitlab_rails['{_RUBY}'] = true", RECONFIGURE),
    )
    return Fail(
        "New projects begin with their container registry off: pushes to them are denied until it is turned on",
        evidence=tuple(value.quote() for value in off),
        resource=off[0].name,
        remedy={Dialect.PLAIN: remedy, Dialect.OMNIBUS: ruby},
    )


def _settings(rb: GitLabRb | Absent, gitlab: GitLabConfig | Absent) -> list[Located]:
    """The setting on each side. A gitlab.yml that was made up from gitlab.rb is no second side."""
    ruby = rb.given("gitlab_rails", _RUBY) if isinstance(rb, GitLabRb) else None
    yml = None
    if isinstance(gitlab, GitLabConfig) and not (isinstance(rb, GitLabRb) and gitlab.source == rb.source):
        yml = gitlab.gitlab("default_projects_features", "container_registry")
    return [value for value in (ruby, yml) if value is not None]
