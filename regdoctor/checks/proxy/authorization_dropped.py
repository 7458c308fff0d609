"""AUTH-21: the Authorization header does not reach the registry."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import change_nginx
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.proxied_answers import ProxiedAnswers, asked, calls_token_invalid, challenges_of, refused_by


@check(
    title="The Authorization header reaches the registry",
    severity=Severity.ERROR,
    failure_modes=("AUTH-21",),
    symptoms=("authorization token required", "unauthorized: authentication required"),
    explains=("login_unauthorized",),
    reference="https://distribution.github.io/distribution/spec/auth/token/",
)
def authorization_dropped(answers: ProxiedAnswers) -> Outcome:
    """A client shows its token in the header Authorization, and a proxy that takes it away makes every login fail.

    The registry's answer tells which it is: of a token that is no good it says `error="invalid_token"`, and nothing
    of the kind where no token came. So it was shown a text in the shape of a token, at its public address and at its
    own port. Where only its own port says `invalid_token`, the header is lost in between, and its log repeats
    "authorization token required" with no authorised request after it.

    Let the proxy pass the header on as it came: remove the line that sets, empties or consumes Authorization.
    """
    if not any(challenge.is_bearer for challenge in answers.ping.challenges):
        return Skip("the registry does not ask for tokens")
    outer, inner = answers.with_token, answers.with_token_inside
    if calls_token_invalid(outer):
        return Pass("a token that was shown at the public address reached the registry")
    if outer.failure is not None:
        return Unknown(outer.failure.message)
    author = refused_by(outer)
    if author is not None:
        return Unknown(f"{author.opening} answers {outer.status} to a request with a token ({author.because})")
    if inner is None:
        return Skip("nothing tells what this registry itself says of such a token: it cannot be asked from here")
    if not calls_token_invalid(inner):
        return Skip("this registry does not say whether a token came")
    if outer.status != 401 or _asks(outer) != _asks(inner):
        # A challenge that a proxy writes says nothing of what the registry saw.
        return Unknown(f"what became of the token is not clear: {outer.quote('WWW-Authenticate').quote}")
    return Fail(
        f"The Authorization header is lost between {answers.ping.endpoint.url} and the registry, which finds no token "
        "in a request that carries one",
        evidence=(
            asked(outer, "with a token", "WWW-Authenticate"),
            asked(inner, "the same at the registry's own port", "WWW-Authenticate"),
        ),
        resource=answers.ping.endpoint.url,
        remedy=change_nginx(
            "Take away what removes or replaces Authorization in the proxies between (in nginx proxy_set_header, in "
            "Apache RequestHeader, in HAProxy http-request del-header, in Traefik removeHeader of basicAuth); squid "
            "passes it on only where its cache_peer has login=PASSTHRU.",
            "proxy_set_header Authorization $http_authorization;",
        ),
    )


def _asks(exchange: Exchange) -> list[tuple[str | None, str | None]]:
    """Which tokens an answer asks for: realm and service of each challenge."""
    return [(challenge.realm, challenge.service) for challenge in challenges_of(exchange) if challenge.is_bearer]
