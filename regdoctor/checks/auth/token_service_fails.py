"""GL-01, GL-02, AUTH-10: the token service answers with an error of its own, or with no token."""

from urllib.parse import urlsplit

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Unknown, check
from regdoctor.checks.auth import GITLAB_SERVICE, GITLAB_TOKEN_PATH
from regdoctor.checks.auth.realm_without_tls import challenge_of
from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.page_authors import author_of, is_page
from regdoctor.distribution.token_answer_faults import RATE_HEADERS, body_fault, status_fault, token_fault
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_tokens import asked_of_service
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.story import Story
from regdoctor.evidence.token_trials import MOST_STEPS, TokenTrials, Trial, is_turned_away, tests_for_a_browser
from regdoctor.foreign_text import short
from regdoctor.remedies.token_service import ITS_ADDRESS, ITS_OWN_LOG, READ_THE_LOG, RUNNING
from regdoctor.sign import Seen, sign

_GATEWAY = (502, 503, 504, *range(520, 528), 530)
"""By RFC 9110; from 520 on by Cloudflare, of an origin that it does not reach (its documentation, 5xx errors)."""


@check(
    title="The token service answers without an error of its own",
    severity=Severity.ERROR,
    failure_modes=("GL-01", "GL-02", "AUTH-10", "AUTH-11"),
    symptoms=(
        "500 Internal Server Error",
        "Requesting bearer token: invalid status code from registry 500",
        "authorization server did not include a token in the response",
        "too many requests to registry",
        "stopped after 10 redirects",
        "unable to decode token response",
        "cannot unmarshal array into Go value",
        "exceeded maximum allowed size of 1048576 bytes",
        "invalid header field value for",
        "Requesting bearer token: invalid status code from registry 405",
    ),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def token_service_fails(trials: TokenTrials) -> Outcome:
    """The registry is well; the service that it sends clients to for tokens is not.

    A GitLab that answers 500 to /jwt/auth alone, while its pages work, most likely cannot read the key that it signs
    with, or finds none: its log production.log has `Errno::ENOENT` or `Errno::EACCES` with the key's path. 502, 503 and
    504 come from the proxy before GitLab, or from its Workhorse: GitLab is starting, overloaded, or down. An answer of
    200 without a token comes from a program that is no token service.

    Clients also go without where it answers 429, because it limits how often their address may ask, where it sends
    them round in a circle, knows no such path, or answers with what is no JSON object with a token.

    See that GitLab itself runs, then read its log of the moment of the login, and mend what it names. Of a missing key,
    put the private key that belongs to the registry's rootcertbundle where `registry.key` of gitlab.yml says, readable
    by GitLab's user.
    """
    trial = trials.issued
    asked = trial.asked if trial is not None else None
    if trial is None or asked is None:
        return Unknown("the token service was not asked")
    if trial.followed is not None:
        asked = trial.followed  # clients go on as well, and what they meet there is the service's answer
    if asked.failure is not None or asked.status is None:
        return _not_reached_behind(trials, trial, asked) or Unknown(f"no complete answer came: {asked.quote().quote}")
    if tests_for_a_browser(asked) or (is_turned_away(asked) and asked.status != _TOO_MANY):
        return Unknown(f"something before the token service turns the request away: {asked.quote().quote}")
    if asked.method == "POST" and asked.status == _NOT_IMPLEMENTED:
        return Unknown(f"it may be a token service that knows no OAuth2 form: {asked.quote().quote}")
    if asked.status == _TOO_MANY:
        return _limited(trials, asked)
    if asked.status in _GATEWAY:
        return _unavailable(trials, asked)
    if asked.status >= 500:
        return _broken(trials, asked)
    if fault := _fault(trials, trial, asked):
        return _unusable(trials, trial, asked, fault)
    return Pass(f"{trials.realm_in_words} answers {asked.status}")


_TOO_MANY = 429
_NOT_IMPLEMENTED = 501


def _unavailable(trials: TokenTrials, asked: Exchange) -> Fail:
    author = author_of(asked.status, asked.headers, asked.body)
    known = author is not None and author.sure and not author.is_registry
    who = f" with a page of {author.name}" if author is not None and known else ""
    because = (Quote(asked.url.partition("?")[0], author.because),) if author is not None and author.because else ()
    return Fail(
        f"The token service {trials.realm_in_words} is not available: it answers {asked.status}{who}",
        evidence=(challenge_of(trials), asked.quote("Retry-After"), *because),
        resource=trials.realm_in_words,
        failure_modes=("AUTH-10",),
        remedy=RUNNING,
    )


def _broken(trials: TokenTrials, asked: Exchange) -> Fail:
    author = author_of(asked.status, asked.headers, asked.body)
    is_proxys = author is not None and author.sure and not author.is_registry and author.name != "GitLab"
    if author is not None and is_proxys:
        return Fail(
            f"{trials.realm_in_words} answers {asked.status} with a page of {author.name}, and gives no token",
            evidence=(
                challenge_of(trials),
                asked.quote(),
                Quote(asked.url.partition("?")[0], author.because),
            ),
            resource=trials.realm_in_words,
            failure_modes=("AUTH-10",),
            remedy={
                Dialect.PLAIN: Remedy(
                    f"Read the log of errors of {author.name}, of the moment of the login, then that of the token "
                    "service behind it, and mend what they name."
                )
            },
        )
    is_gitlab = urlsplit(trials.realm).path.rstrip("/").endswith(GITLAB_TOKEN_PATH)
    cause = (
        "; most likely GitLab's signing key is missing (Errno::ENOENT in production.log) or unreadable for it "
        "(Errno::EACCES)"
    )
    return Fail(
        f"The token service {trials.realm_in_words} fails: it answers {asked.status}{cause if is_gitlab else ''}",
        evidence=(challenge_of(trials), asked.quote()),
        resource=trials.realm_in_words,
        failure_modes=("GL-01", "GL-02") if is_gitlab else ("AUTH-10",),
        remedy=READ_THE_LOG if is_gitlab else ITS_OWN_LOG,
    )


def _limited(trials: TokenTrials, asked: Exchange) -> Fail:
    told = (asked.header("Retry-After") or "").strip()
    wait = f"wait {int(told)} s" if told.isascii() and told.isdigit() and len(told) < _LONG else "wait"
    shown = [name for name in RATE_HEADERS if name == "Retry-After" or asked.header(name) is not None]
    return Fail(
        f"The token service {trials.realm_in_words} answers 429, too many requests: {wait}; it limits this address",
        evidence=(challenge_of(trials), asked.quote(*shown)),
        resource=trials.realm_in_words,
        failure_modes=("AUTH-10",),
        remedy={
            Dialect.PLAIN: Remedy(
                f"{wait.capitalize()}, then log in again. All that comes from one address counts together: behind NAT, "
                "or with many CI jobs, raise the limit at the token service or at the proxy before it, which in GitLab "
                "is Admin area, Settings, Network, User and IP rate limits."
            )
        },
    )


_LONG = 8
"""Digits of Retry-After that are no time to wait any more."""


def _fault(trials: TokenTrials, trial: Trial, asked: Exchange) -> str:
    """What keeps clients from a token; empty where nothing does, and where another check names it."""
    if trial.ping is not None:
        fault = token_fault(asked.body) if trial.ping.status in _NOT_TAKEN else ""
        return f"gives a token {fault}" if fault else ""
    if asked.status is None or (asked.method == "POST" and asked.status != 200):
        return ""
    if asked.status in _REDIRECTS:
        return _circle(trial, asked)
    if is_page(asked.headers, asked.body) and asked.json() is None and asked.body.strip():
        return ""  # realm_answers_html
    if asked.status == 404 and _is_named_elsewhere(trials, asked):
        return ""
    if fault := status_fault(asked.status):
        return fault
    fault = body_fault(asked.headers, asked.body, is_longer=asked.truncated) if asked.status == 200 else ""
    return f"answers 200 {fault}" if fault else ""


_NOT_TAKEN = (None, 400, 401)
"""Of GET /v2/ with the token: it could not be sent, or the registry refused it."""
_REDIRECTS = (301, 302, 303, 307, 308)


def _circle(trial: Trial, asked: Exchange) -> str:
    if asked.header("Location") is None:
        return f"answers {asked.status} without saying where to go"
    return f"sends clients on {MOST_STEPS} times and more" if trial.steps >= MOST_STEPS else ""


def _is_named_elsewhere(trials: TokenTrials, asked: Exchange) -> bool:
    """Whether the 404 is for a service that GitLab does not know (service_mismatch), a registry that is off
    (login_unauthorized), or of a realm by autoredirect (autoredirect_replaces_realm).
    """
    path = urlsplit(asked.url).path.rstrip("/")
    is_of_gitlab = path.endswith(GITLAB_TOKEN_PATH)
    unknown_service = is_of_gitlab and trials.service != GITLAB_SERVICE and not asked.body.strip()
    is_off = any("registry not enabled" in error.message for error in parse_errors(asked.body))
    return unknown_service or is_off or path == "/auth/token"


def _unusable(trials: TokenTrials, trial: Trial, asked: Exchange, fault: str) -> Fail:
    where = trials.realm_in_words
    behind = (
        f" sends clients to {short(asked.url.partition('?')[0])}, which" if trial.followed and not _sends(asked) else ""
    )
    first = trial.asked
    quotes = (first.quote("Location"),) if first is not None and first is not asked else ()
    so = "clients get no token from it" if trial.ping is None else "clients cannot log in with it"
    return Fail(
        f"The token service {where}{behind} {fault}: {so}",
        evidence=(challenge_of(trials), *quotes, asked.quote(*(("Location",) if _sends(asked) else ()))),
        resource=where,
        failure_modes=("AUTH-10",) if _sends(asked) else ("AUTH-11",),
        remedy=ITS_ADDRESS if trial.ping is None else ITS_OWN_LOG,
    )


def _sends(asked: Exchange) -> bool:
    return asked.status in _REDIRECTS


def _not_reached_behind(trials: TokenTrials, trial: Trial, asked: Exchange) -> Fail | None:
    """The finding where the service sends clients on to where nobody answers; the realm itself is another check's."""
    kind = asked.failure.kind if asked.failure is not None else None
    if trial.followed is None or trial.asked is None or kind not in (FailureKind.NAME, FailureKind.REFUSED):
        return None
    there = short(asked.url.partition("?")[0])
    return Fail(
        f"The token service {trials.realm_in_words} sends clients to {there}, where nobody answers",
        evidence=(challenge_of(trials), trial.asked.quote("Location"), asked.quote()),
        resource=trials.realm_in_words,
        failure_modes=("AUTH-10",),
        remedy=ITS_ADDRESS,
    )


@sign(token_service_fails, parts=(Part.TOKEN_SERVICE,))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.recorded.given is not None or call.status is None:
        return None
    # Recordings keep only bodies of a known kind: an empty one may have been left out.
    if call.status < 300 and not call.exchange.body and call.recorded.response_size != 0:
        return None
    trials = asked_of_service(call, story)
    told = token_service_fails.judge(trials) if trials is not None else None
    return told if isinstance(told, Fail) else None
