"""AUTH-11: where the registry sends clients for tokens, a page answers in place of the token service."""

from urllib.parse import urljoin, urlsplit

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Unknown, check
from regdoctor.checks.auth import GITLAB_SERVICE, GITLAB_TOKEN_PATH
from regdoctor.checks.auth.realm_without_tls import challenge_of
from regdoctor.distribution.page_authors import Author, author_of, is_page
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_trials import TokenTrials

_SIGN_IN = "/users/sign_in"
"""Where GitLab sends people who ask for a path that is not its own while they are not signed in (config/routes)."""
_NO_SUCH_PATH = (200, 404, 405)
"""With these a server answers for a path that it takes for something else, or does not know."""
_PROXY_SAYS_NO = 403


@check(
    title="The realm's path leads to the token service",
    severity=Severity.ERROR,
    failure_modes=("AUTH-11",),
    symptoms=(
        "invalid character '<' looking for beginning of value",
        "error parsing HTTP 404 response body",
        "unable to decode token response",
    ),
    explains=("login_unauthorized",),
    reference="https://distribution.github.io/distribution/spec/auth/token/",
)
def realm_answers_html(trials: TokenTrials) -> Outcome:
    """A token service answers in JSON. A page of HTML there was written by something else, and no client can read it.

    The realm's path is wrong, or is not routed: GitLab lies under another path, another virtual host of the proxy takes
    the request, or the proxy passes on the paths of the registry alone. docker login then fails with `invalid character
    '<' looking for beginning of value`, which is the first character of the page.

    GitLab answers 404 to a service that it does not know as well, and its own proxy may lay its page over that: only
    with the service container_registry is such a page proof of a wrong path.

    Set auth.token.realm to GitLab's own address with /jwt/auth after it, or let the proxy pass that path on to the
    token service. Open the realm with curl: JSON must come back.
    """
    trial = trials.issued
    if trial is None or trial.realm is None:
        return Unknown("the token service was not asked")
    asked = trial.realm
    if asked.failure is not None or asked.status is None:
        return Unknown(f"no complete answer came: {asked.quote().quote}")
    if _to_sign_in(asked):
        return _fail(
            trials,
            asked,
            f"{trials.realm_in_words} is no place where GitLab gives tokens: it sends clients to its sign-in page",
        )
    if 300 <= asked.status < 400:
        return Unknown(f"the token service sends clients elsewhere: {asked.quote('Location').quote}")
    if asked.status >= 500:
        return Unknown(f"an error came, whoever wrote it: {asked.quote().quote}")
    author = author_of(asked.status, asked.headers, asked.body)
    if not _is_foreign(asked, author):
        return Pass(f"{trials.realm_in_words} answers {asked.status}, and no other program's page")
    if asked.status == 404 and _may_be_the_service(trials, author):
        return Unknown(
            f"{trials.realm_in_words} answers 404 with a page: the path is not routed to the token service, or GitLab "
            f'does not know the service "{_short(trials.service)}"; with service={GITLAB_SERVICE} it would give a '
            "token if the path is right"
        )
    named = f"a page of {author.name}" if author is not None and author.sure else "a page"
    if asked.status == _PROXY_SAYS_NO:
        problem = f"{named} refuses what is asked of the token service {trials.realm_in_words}, with {asked.status}"
    else:
        problem = f"{trials.realm_in_words} answers {asked.status} with {named}, where tokens should be given"
    return _fail(trials, asked, problem[0].upper() + problem[1:] if problem.startswith("a page") else problem, author)


def _is_foreign(asked: Exchange, author: Author | None) -> bool:
    """Whether it is a page that no token service wrote.

    GitLab's 404 to an unknown service has no body, and calls itself HTML all the same. A 401 with a page may be a token
    service's own, behind Apache's password; a 403 with one is a firewall's or a proxy's where it is signed by one.
    """
    if not asked.body.strip() or asked.json() is not None:
        return False
    if asked.status == _PROXY_SAYS_NO:
        signed = author is not None and author.sure and author.name != "GitLab" and not author.is_registry
        return signed and is_page(asked.headers, asked.body)
    if asked.status not in _NO_SUCH_PATH:
        return False
    no_such_path = asked.status == 404 and author is not None and author.sure and not author.is_registry
    return is_page(asked.headers, asked.body) or no_such_path


def _may_be_the_service(trials: TokenTrials, author: Author | None) -> bool:
    """Whether GitLab may have answered so because it does not know the service."""
    is_another = author is not None and author.sure and author.name != "GitLab"
    path = urlsplit(trials.realm).path.rstrip("/")
    return trials.service != GITLAB_SERVICE and path.endswith(GITLAB_TOKEN_PATH) and not is_another


def _to_sign_in(asked: Exchange) -> bool:
    location = asked.header("Location")
    if location is None or asked.status not in (301, 302, 303, 307, 308):
        return False
    try:
        return urlsplit(urljoin(asked.url, location)).path.rstrip("/").endswith(_SIGN_IN)
    except ValueError:
        return False


def _fail(trials: TokenTrials, asked: Exchange, problem: str, author: Author | None = None) -> Fail:
    because = (Quote(asked.url.partition("?")[0], author.because),) if author is not None and author.because else ()
    shown = asked.quote("Location") if asked.header("Location") else asked.quote()
    return Fail(
        problem,
        evidence=(challenge_of(trials), shown, *because),
        resource=trials.realm_in_words,
        remedy=_REMEDY,
    )


def _short(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text[:80])


_REMEDY: Remedies = {
    Dialect.PLAIN: Remedy(
        "Set auth.token.realm in the registry's config.yml to the address at which users open GitLab, the path that it "
        "is installed under included, with /jwt/auth after it. If it is so already, let the proxy in front pass "
        "/jwt/auth on to GitLab."
    ),
    Dialect.OMNIBUS: Remedy(
        "Compare the realm with external_url in /etc/gitlab/gitlab.rb, path included: registry['token_realm'] replaces "
        "it, and Omnibus appends /jwt/auth. If it is right, let the proxy in front pass /jwt/auth on to GitLab.",
        ("sudo grep -nE \"^ *(external_url|registry\\['token_realm'\\])\" /etc/gitlab/gitlab.rb",),
    ),
    Dialect.HELM: Remedy(
        "Compare the realm with GitLab's own address: registry.authEndpoint of the values replaces it, and the chart "
        "appends /jwt/auth. If it is right, see that the ingress sends /jwt/auth to webservice.",
        ("helm get values gitlab --all | grep -n authEndpoint", "kubectl describe ingress"),
    ),
}
