"""AUTH-12: autoredirect sends clients to the registry's own host for tokens, where GitLab is not."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.checks.auth import GITLAB_TOKEN_PATH, gitlab_realm, token_option
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import change

_PATH = "/auth/token"
"""In 2.8 and GitLab's registry always, in 3.x unless autoredirectpath is set: accesscontroller.go of auth/token."""


@check(
    title="The registry sends clients to the realm that is configured",
    severity=Severity.ERROR,
    failure_modes=("AUTH-12",),
    symptoms=("/auth/token",),
    explains=("login_unauthorized",),
    reference="https://distribution.github.io/distribution/about/configuration/#token",
)
def autoredirect_replaces_realm(config: RegistryConfig, product: Product) -> Outcome:
    """With auth.token.autoredirect the registry ignores its realm and sends clients to /auth/token on its own host.

    That suits a token service behind the registry's own address. GitLab has no /auth/token: the client meets the
    registry itself there, or the proxy in front, gets 404 and cannot log in, while the realm in the file looks right.

    Switch autoredirect off, and restart the registry.
    """
    realm = gitlab_realm(config)
    if realm is None:
        return Skip(f"{config.source} names no realm of GitLab, which autoredirect could replace")
    redirect = token_option(config, "autoredirect")
    if redirect is None or redirect.switch() is not True:
        return Pass(f"clients are sent to {realm.text()}")
    path = token_option(config, "autoredirectpath")
    if path is not None and (path.text() or "").endswith(GITLAB_TOKEN_PATH):
        if product.must_be(Generation.DISTRIBUTION_3):
            return Pass(f"clients are sent to {path.text()} on the registry's own host")
        if product.may_be(Generation.DISTRIBUTION_3):
            return Unknown(
                "auth.token.autoredirectpath counts on distribution 3.x alone; which registry it is, nothing tells"
            )
    return Fail(
        f"auth.token.autoredirect is on: clients are sent to {_PATH} on the registry's host, not to {realm.text()}",
        evidence=(redirect.quote(), realm.quote()),
        resource="auth.token.autoredirect",
        remedy=change("auth.token.autoredirect", False, "Let the realm count.", now=redirect),
    )
