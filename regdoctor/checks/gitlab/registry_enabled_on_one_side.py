"""GL-05: the registry runs for a GitLab that has it switched off."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.checks.auth import gitlab_realm, gitlab_setting, registry_is_on
from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.evidence.installation import Installation
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.registry_config import RegistryConfig


@check(
    title="GitLab and its registry are both switched on",
    severity=Severity.ERROR,
    failure_modes=("GL-05", "AUTH-18"),
    symptoms=("registry not enabled",),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def registry_enabled_on_one_side(config: RegistryConfig, gitlab: GitLabConfig, installation: Installation) -> Outcome:
    """A registry that takes its tokens from GitLab needs registry.enabled in that GitLab's gitlab.yml.

    Without it GitLab answers each request for a token with 404 and `registry not enabled`, and shows no registry in
    any project: the registry runs for nobody. In Omnibus registry['enable'] starts the one and
    gitlab_rails['registry_enabled'] switches on the other; registry_external_url does both.

    Switch the registry on in GitLab too, or stop the registry where it is not wanted.
    """
    if registry_is_on(gitlab):
        return Pass(f"{gitlab.source} has the registry switched on")
    realm = gitlab_realm(config)
    if realm is None:
        return Skip(f"{config.source} names no realm of GitLab, so that registry is not GitLab's")
    if not _is_ours(realm.text() or "", gitlab):
        return Skip(f"{realm.text()} is another GitLab than the one of {gitlab.source}")
    if installation.dialect is Dialect.OMNIBUS and installation.process is None:
        # Omnibus leaves the file of a registry that was switched off where it is (recipes/disable.rb).
        return Skip(f"{gitlab.source} has the registry switched off, and no registry runs with {config.source}")
    enabled = gitlab.registry("enabled") or gitlab.registry() or gitlab.gitlab()
    return Fail(
        f"The registry sends clients to GitLab for tokens, and {gitlab.source} has the registry switched off there",
        evidence=(realm.quote(), *((enabled.quote(),) if enabled else ())),
        resource="registry.enabled",
        remedy=_REMEDY,
    )


def _is_ours(realm: str, gitlab: GitLabConfig) -> bool:
    """Whether the realm's host is this GitLab's."""
    address, host = read_web_address(realm), gitlab_setting(gitlab, "gitlab", "host")
    return address is not None and host is not None and (host.text() or "").lower() == address.host


_REMEDY: Remedies = {
    Dialect.OMNIBUS: Remedy(
        "Switch it on in /etc/gitlab/gitlab.rb of GitLab's node, or stop the registry with registry['enable'] = false.",
        ("gitlab_rails['registry_enabled'] = true", "sudo gitlab-ctl reconfigure"),
    ),
    Dialect.HELM: Remedy(
        "Switch it on in the values of the release.",
        ("helm upgrade gitlab gitlab/gitlab --reuse-values --set global.registry.enabled=true",),
    ),
    Dialect.PLAIN: Remedy(
        "Switch it on in GitLab's gitlab.yml and restart GitLab, or stop the registry where it is not wanted.",
        ("registry:\n  enabled: true",),
    ),
}
