"""AUTH-05: GitLab writes another issuer into its tokens than the registry accepts."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, check
from regdoctor.checks.auth import gitlab_realm, gitlab_setting, registry_is_on, token_option
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import change


@check(
    title="GitLab and the registry name the same issuer",
    severity=Severity.ERROR,
    failure_modes=("AUTH-05",),
    symptoms=("token from untrusted issuer",),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def issuer_mismatch(config: RegistryConfig, gitlab: GitLabConfig) -> Outcome:
    """GitLab writes registry.issuer of gitlab.yml into each token; the registry takes none with another issuer.

    It compares the text letter by letter with its auth.token.issuer. Where they differ every login, push and pull ends
    with 401, and the registry's log says `token from untrusted issuer`. Omnibus' own default is
    `omnibus-gitlab-issuer`, that of the chart and of installations from source is `gitlab-issuer`; so it comes of
    joining a registry of the one kind to a GitLab of the other, or of two nodes where one was changed.

    Write the same issuer on both sides: in Omnibus by gitlab_rails['registry_issuer'], on each node. Then reconfigure.
    """
    if gitlab_realm(config) is None:
        return Skip(f"{config.source} names no realm of GitLab, so GitLab does not issue its tokens")
    if not registry_is_on(gitlab):
        return Skip(f"{gitlab.source} has the registry switched off, so GitLab issues no tokens for it")
    trusted, written = token_option(config, "issuer"), gitlab_setting(gitlab, "registry", "issuer")
    if trusted is None or trusted.text() is None:
        return Skip(f"{config.source} sets no auth.token.issuer; without one the registry does not start at all")
    if written is None:
        return Fail(
            f"{gitlab.source} sets no registry.issuer, so GitLab's tokens name none; the registry accepts "
            f'"{trusted.text()}" alone',
            evidence=(trusted.quote(), _block(gitlab)),
            resource="registry.issuer",
            remedy=_set_in_gitlab(trusted.text() or ""),
        )
    if written.text() == trusted.text():
        return Pass(f'both say "{trusted.text()}"')
    return Fail(
        f'GitLab\'s tokens name the issuer "{written.text()}", the registry accepts "{trusted.text()}" alone',
        evidence=(trusted.quote(), written.quote()),
        resource="auth.token.issuer",
        remedy=change(
            "auth.token.issuer",
            written.text() or "",
            "Write the issuer that GitLab uses; on separate nodes, set it the same on each.",
            now=trusted,
        ),
    )


def _block(gitlab: GitLabConfig) -> Quote:
    """Where the setting is missing."""
    block = gitlab.registry()
    return block.quote() if block is not None else Quote(gitlab.source, "no registry.issuer")


def _set_in_gitlab(issuer: str) -> Remedies:
    return {
        Dialect.OMNIBUS: Remedy(
            "Write the issuer that the registry accepts into /etc/gitlab/gitlab.rb; on separate nodes, on each.",
            (f"gitlab_rails['registry_issuer'] = \"{issuer}\"", "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.HELM: Remedy(
            "Set the issuer that the registry accepts in the values of the release.",
            (f"helm upgrade gitlab gitlab/gitlab --reuse-values --set-string 'global.registry.tokenIssuer={issuer}'",),
        ),
        Dialect.PLAIN: Remedy(
            "Write the issuer that the registry accepts into GitLab's gitlab.yml, then restart GitLab:",
            (f"registry:\n  issuer: {issuer}",),
        ),
    }
