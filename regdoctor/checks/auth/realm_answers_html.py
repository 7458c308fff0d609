"""AUTH-11, AUTH-10: where the registry sends clients for tokens, a page answers in place of the token service."""

from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Unknown, check
from regdoctor.checks.auth import GITLAB_SERVICE, GITLAB_TOKEN_PATH
from regdoctor.checks.auth.realm_without_tls import challenge_of, set_realm
from regdoctor.distribution.page_authors import Author, author_of, is_page
from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_tokens import asked_of_service
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.story import Story
from regdoctor.evidence.token_trials import TokenTrials, is_turned_away, tests_for_a_browser
from regdoctor.foreign_text import short
from regdoctor.sign import Seen, sign

_SIGN_IN = "/users/sign_in"
"""Where GitLab sends people who ask for a path that is not its own while they are not signed in (config/routes)."""
_NO_SUCH_PATH = (200, 404, 405)
"""With these a server answers for a path that it takes for something else, or does not know."""


@check(
    title="The realm's path leads to the token service",
    severity=Severity.ERROR,
    failure_modes=("AUTH-11", "AUTH-10"),
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

    A page with 403 that a proxy or a firewall signs is another matter: it does not let the request through, for
    whatever reason, which may be that it takes regdoctor for a bot, and not docker. So it is a warning, and a test for
    browsers (Cloudflare's challenge) none at all: whether docker gets the same, only docker can tell.

    Set auth.token.realm to GitLab's own address with /jwt/auth after it, or let the proxy pass that path on to the
    token service. Open the realm with curl: JSON must come back.
    """
    trial = trials.issued
    asked = trial.asked if trial is not None else None
    if asked is None:
        return Unknown("the token service was not asked")
    if asked.failure is not None or asked.status is None:
        return Unknown(f"no complete answer came: {asked.quote().quote}")
    if _to_sign_in(asked):
        return _fail(
            trials,
            asked,
            f"{trials.realm_in_words} is no place where GitLab gives tokens: it sends clients to its sign-in page",
        )
    if 300 <= asked.status < 400:
        return _sent_elsewhere(asked, trial.followed if trial is not None else None)
    if tests_for_a_browser(asked):
        return Unknown(
            f"something before {trials.realm_in_words} tests for a browser ({asked.status}), which no program passes: "
            "if docker login fails as well, let programs through to that path (Cloudflare: Security, WAF, Custom "
            "rules, Skip)"
        )
    if asked.status >= 500:
        return Unknown(f"an error came, whoever wrote it: {asked.quote().quote}")
    author = author_of(asked.status, asked.headers, asked.body)
    if asked.status == 403 and is_turned_away(asked) and _is_signed_page(asked, author):
        return _turned_away(trials, asked, author)
    if is_turned_away(asked):
        return Unknown(f"who answers there cannot be told, for the request is turned away: {asked.quote().quote}")
    if not _is_foreign(asked, author):
        return Pass(f"{trials.realm_in_words} answers {asked.status}, and no other program's page")
    if asked.method == "POST":
        return Unknown(f"it may be a token service that knows no OAuth2 form: {asked.quote().quote}")
    if asked.status == 404 and _may_be_the_service(trials, author) and not (trial and trial.gitlab_answers):
        return Unknown(
            f"{trials.realm_in_words} answers 404 with a page: the path is not routed to the token service, or GitLab "
            f'does not know the service "{short(trials.service)}"; with service={GITLAB_SERVICE} it would give a '
            "token if the path is right"
        )
    named = f"a page of {author.name}" if author is not None and author.sure else "a page"
    problem = f"{trials.realm_in_words} answers {asked.status} with {named}, where tokens should be given"
    return _fail(trials, asked, problem, author)


def _sent_elsewhere(asked: Exchange, followed: Exchange | None) -> Pass | Unknown:
    """docker goes on after a redirect, and takes the login along within the host alone (Go's net/http)."""
    sent = f"the token service sends clients elsewhere: {asked.quote('Location').quote}"
    if followed is None:
        return Unknown(sent)
    there, here = read_web_address(followed.url), read_web_address(asked.url)
    answer = followed.json()
    gives = isinstance(answer, dict) and any(isinstance(answer.get(name), str) for name in ("token", "access_token"))
    if not gives:
        return Unknown(f"{sent}; without a login no token is given there: {followed.quote().quote}")
    if there is None or here is None or there.host != here.host:
        return Unknown(f"{sent}; a token service answers there, and docker takes no login along to another host")
    return Pass(f"{sent}, where a token service answers")


def _is_foreign(asked: Exchange, author: Author | None) -> bool:
    """Whether it is a page that no token service wrote.

    GitLab's 404 to an unknown service has no body, and calls itself HTML all the same. A 401 with a page may be a token
    service's own, behind Apache's password.
    """
    if not asked.body.strip() or asked.json() is not None:
        return False
    if asked.status not in _NO_SUCH_PATH:
        return False
    no_such_path = asked.status == 404 and author is not None and author.sure and not author.is_registry
    return is_page(asked.headers, asked.body) or no_such_path


def _is_signed_page(asked: Exchange, author: Author | None) -> bool:
    """Whether it is surely a proxy's or a firewall's page."""
    signed = author is not None and author.sure and author.name != "GitLab" and not author.is_registry
    return signed and is_page(asked.headers, asked.body)


def _turned_away(trials: TokenTrials, asked: Exchange, author: Author | None) -> Fail:
    """It says nothing of the realm's path, and may be for this program alone."""
    name = author.name if author is not None else "a proxy"
    found = _fail(trials, asked, f"A page of {name} refuses what is asked of {trials.realm_in_words}, with 403", author)
    remedy = Remedy(
        f"If docker login fails as well, let programs through to this path in the settings of {name}: its rules may "
        "refuse by address, by country, by path or by User-Agent."
    )
    return replace(found, severity=Severity.WARNING, failure_modes=("AUTH-10",), remedy={Dialect.PLAIN: remedy})


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
    beside = trials.issued.at_gitlabs_path if trials.issued is not None and trials.issued.gitlab_answers else None
    address = beside.url.partition("?")[0] if beside is not None else ""
    return Fail(
        f"{problem}; {short(address)} of the same host answers as GitLab does" if address else problem,
        evidence=(challenge_of(trials), shown, *because, *((beside.quote(),) if beside is not None else ())),
        resource=trials.realm_in_words,
        failure_modes=("AUTH-11",),
        remedy=set_realm(address, "Send clients to where GitLab answers.") or _REMEDY,
    )


_REMEDY: Remedies = {
    Dialect.PLAIN: Remedy(
        "Set auth.token.realm in the registry's config.yml to the address at which users open GitLab, the path that it "
        "is installed under included, with /jwt/auth after it; opened with curl, it must answer in JSON. If it is so "
        "already, let the proxy in front pass /jwt/auth on to GitLab."
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


@sign(realm_answers_html, parts=(Part.TOKEN_SERVICE,))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.recorded.given is not None or call.status is None:
        return None
    trials = asked_of_service(call, story)
    if trials is None:
        return None
    asked = call.exchange
    if call.status == 200 and not asked.body and call.recorded.response_size != 0 and is_page(asked.headers, b""):
        # Of a page that came with 200 recordings keep nothing but its headers.
        return _fail(trials, asked, f"{trials.realm_in_words} answers 200 with a page, where tokens should be given")
    told = realm_answers_html.judge(trials)
    return told if isinstance(told, Fail) else None
