"""GL-05: GitLab has the registry switched on and none runs, or the other way round."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.checks.auth import gitlab_realm, gitlab_setting, registry_is_on
from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.evidence.installation import Installation
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.omnibus_rendering import runs_registry
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent


@check(
    title="GitLab and its registry are both switched on",
    severity=Severity.ERROR,
    failure_modes=("GL-05", "AUTH-18"),
    symptoms=("registry not enabled",),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def registry_enabled_on_one_side(
    gitlab: GitLabConfig, config: RegistryConfig | Absent, rb: GitLabRb | Absent, installation: Installation
) -> Outcome:
    """A registry that takes its tokens from GitLab needs registry.enabled in that GitLab's gitlab.yml.

    Without it GitLab answers each request for a token with 404 and `registry not enabled`, and shows no registry in
    any project: the registry runs for nobody. In Omnibus registry['enable'] starts the one and
    gitlab_rails['registry_enabled'] switches on the other; registry_external_url does both. Where the second is on
    and the first off, GitLab asks a registry that is not there, unless gitlab_rails['registry_api_url'] names another.

    Switch on the side that is off, or switch off the other where no registry is wanted.
    """
    if registry_is_on(gitlab):
        stopped = _stopped(rb) if installation.gitlab_root in (None, installation.root) else None
        if stopped is None or installation.process is not None:
            return Pass(f"{gitlab.source} has the registry switched on")
        return _none_runs(gitlab, stopped)
    if not isinstance(config, RegistryConfig):
        return Skip(f"{gitlab.source} has the registry switched off, and no configuration of one was found")
    realm = gitlab_realm(config)
    if realm is None:
        return Skip(f"{config.source} names no realm of GitLab, so that registry is not GitLab's")
    if not _is_ours(realm.text() or "", gitlab):
        return Skip(f"{realm.text()} is another GitLab than the one of {gitlab.source}")
    started = installation.process is not None or (isinstance(rb, GitLabRb) and runs_registry(rb))
    if installation.dialect is Dialect.OMNIBUS and not started:
        # Omnibus leaves the file of a registry that was switched off where it is (recipes/disable.rb).
        return Skip(f"{gitlab.source} has the registry switched off, and nothing starts one with {config.source}")
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


def _stopped(rb: GitLabRb | Absent) -> Located | None:
    """registry['enable'] where it keeps Omnibus' own registry from running, and no other is named in its place."""
    if not isinstance(rb, GitLabRb) or rb.given("gitlab_rails", "registry_api_url") is not None:
        return None
    enable = rb.given("registry", "enable")
    return enable if enable is not None and enable.switch() is False else None


def _none_runs(gitlab: GitLabConfig, stopped: Located) -> Fail:
    """A warning: another registry may listen on the address that GitLab takes by default."""
    enabled = gitlab.registry("enabled") or gitlab.settings
    remedy = Remedy(
        "Start it in /etc/gitlab/gitlab.rb; or, with a registry elsewhere, name that by "
        "gitlab_rails['registry_api_url']; or switch it off in GitLab too, with gitlab_rails['registry_enabled'] = "
        "false.",
        ("registry['enable'] = true", "sudo gitlab-ctl reconfigure"),
    )
    return Fail(
        "GitLab has the registry switched on, Omnibus' own is kept from running, and no other is named",
        evidence=(stopped.quote(), enabled.quote()),
        resource="registry['enable']",
        severity=Severity.WARNING,
        failure_modes=("GL-05",),
        remedy={Dialect.PLAIN: remedy},
    )


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
