"""AUTH-24: distribution 3.x is told to accept no token that is signed as GitLab signs."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.checks.auth import gitlab_realm, token_option
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import remove

_OF_GITLAB = "RS256"
"""lib/json_web_token/rsa_token.rb of GitLab."""


@check(
    title="The registry accepts the algorithm that GitLab signs tokens with",
    severity=Severity.ERROR,
    failure_modes=("AUTH-24",),
    symptoms=("malformed token",),
    explains=("login_unauthorized",),
    reference="https://distribution.github.io/distribution/about/configuration/#token",
)
def signing_algorithm_excluded(config: RegistryConfig, product: Product) -> Outcome:
    """auth.token.signingalgorithms lists what tokens may be signed with; distribution 3.x refuses all others.

    GitLab signs with RS256. A list without it makes every login, push and pull fail with 401 and `malformed token`.
    Without the setting every usual algorithm is accepted, RS256 among them. Distribution 2 and GitLab's own registry
    do not know the setting.

    Add RS256 to the list, or remove the setting, and restart the registry.
    """
    listed = token_option(config, "signingalgorithms")
    if listed is None or gitlab_realm(config) is None:
        return Skip("auth.token.signingalgorithms is not set, or GitLab does not issue the tokens")
    if not product.may_be(Generation.DISTRIBUTION_3):
        return Skip(f"{product.words()} does not know auth.token.signingalgorithms")
    names = [item.text() for item in listed.items()]
    if not names or _OF_GITLAB in names:
        # Something else than a list stops the registry at its start, an empty list means the default.
        return Pass(f"auth.token.signingalgorithms does not exclude {_OF_GITLAB}")
    certain = product.must_be(Generation.DISTRIBUTION_3)
    doubt = "" if certain else " (if this is distribution 3.x)"
    return Fail(
        f"GitLab signs tokens with {_OF_GITLAB}; signingalgorithms accepts {', '.join(map(str, names))} alone{doubt}",
        evidence=(listed.quote(), *(item.quote() for item in listed.items())),
        resource="auth.token.signingalgorithms",
        severity=None if certain else Severity.WARNING,
        remedy=remove(
            "auth.token.signingalgorithms", "Let the usual algorithms be accepted, or add RS256 to the list."
        ),
    )
