"""AUTH-06: the registry asks GitLab for tokens under a name that GitLab does not know."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.checks.auth import GITLAB_SERVICE, gitlab_realm, token_option
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import change


@check(
    title="The registry calls itself container_registry, as GitLab expects",
    severity=Severity.ERROR,
    failure_modes=("AUTH-06",),
    symptoms=("token intended for another audience",),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def service_mismatch(config: RegistryConfig) -> Outcome:
    """The registry tells clients its auth.token.service; they ask GitLab for a token for the service of that name.

    GitLab knows one name for its registry, `container_registry`, and answers 404 for any other: docker login fails
    before a password counts. And a token for `container_registry`, which GitLab's own requests to the registry carry,
    is refused by a registry of another name with `token intended for another audience`, so that GitLab's pages show no
    images.

    Set auth.token.service to container_registry and restart the registry.
    """
    if gitlab_realm(config) is None:
        return Skip(f"{config.source} names no realm of GitLab, so GitLab does not issue its tokens")
    service = token_option(config, "service")
    if service is None or service.text() is None:
        return Skip(f"{config.source} sets no auth.token.service; without one the registry does not start at all")
    if service.text() == GITLAB_SERVICE:
        return Pass(f'auth.token.service is "{GITLAB_SERVICE}"')
    return Fail(
        f'The registry asks for tokens for "{service.text()}"; GitLab issues them for "{GITLAB_SERVICE}" alone',
        evidence=(service.quote(),),
        resource="auth.token.service",
        remedy=_remedy(change("auth.token.service", GITLAB_SERVICE, "Give the registry its name.", now=service)),
    )


def _remedy(usual: Remedies) -> Remedies:
    """Omnibus writes the right name always, so there the file or a variable was changed."""
    omnibus = Remedy(
        "Omnibus always writes container_registry: config.yml was edited by hand, or registry['env'] in "
        "/etc/gitlab/gitlab.rb sets REGISTRY_AUTH_TOKEN_SERVICE. Take that out, and reconfigure.",
        ("sudo gitlab-ctl reconfigure", "sudo gitlab-ctl restart registry"),
    )
    return {**usual, Dialect.OMNIBUS: omnibus}
