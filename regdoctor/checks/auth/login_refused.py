"""AUTH-18, AUTH-21: a registry with users of its own refuses the login that was given."""

import re
import shlex
from dataclasses import replace

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Unknown, check
from regdoctor.distribution.challenges import parse_challenges
from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.token_refusals import shown
from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.login_trial import LoginTrial
from regdoctor.evidence.proxied_answers import asked, challenges_of, is_foreign, refused_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.token_trials import refuses_login
from regdoctor.foreign_text import clean
from regdoctor.sign import Seen, sign

_PROGRAM = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,30}")
"""The name that a Server header begins with."""
_AT_HOME = (
    "On the registry's host, at its own port (5000 unless http.addr says otherwise), the same login tells which it "
    "is: 200 there means that Authorization is lost on the way, 401 that name or password is wrong:"
)


@check(
    title="The login is accepted",
    severity=Severity.ERROR,
    failure_modes=("AUTH-18", "AUTH-21"),
    symptoms=("unauthorized: authentication required", "failed with status: 401 Unauthorized"),
    reference="https://distribution.github.io/distribution/about/configuration/#htpasswd",
)
def login_refused(trial: LoginTrial) -> Outcome:
    """A registry with htpasswd takes the name and the password itself, and answers 401 to a wrong one.

    It answers the very same where no Authorization header came at all: a proxy that drops the header looks from
    outside like a wrong password. Only the registry's own port tells them apart; where that can be asked from here,
    it was. A proxy that asks for a password itself signs its 401 with a page of its own.

    Others say 403 and DENIED, as Amazon's ECR does of a password that is older than twelve hours; it takes `AWS` as
    the name and what `aws ecr get-login-password` prints as the password.

    Use the right name and password, and see that the file of htpasswd has the user with a bcrypt hash. Where the
    header is lost, remove the line of the proxy that sets, empties or consumes Authorization.
    """
    outer, inner = trial.outer, trial.inner
    if outer.ok:
        return Pass(f"{trial.words} is let in")
    if _is_denied(outer):
        return _denied(trial)
    if outer.status != 401:
        return Unknown(f"nobody judged the login: {outer.quote().quote}")
    if any(challenge.is_bearer for challenge in challenges_of(outer)):
        return Unknown(f"behind the password a token is asked for: {outer.quote('WWW-Authenticate').quote}")
    if is_foreign(outer):
        return _by_a_proxy(trial)
    if inner is not None and inner.ok:
        return _lost(trial, inner)
    between = _between(outer)
    if between and (inner is None or inner.status != 401):
        return Fail(
            f"The login of {trial.words} is refused, or lost on the way: {between} stands before the registry",
            evidence=(asked(outer, f"as {trial.words}", "WWW-Authenticate"),),
            resource=outer.url,
            remedy={Dialect.PLAIN: Remedy(_AT_HOME, (_curl(trial.username),))},
        )
    refusals = [asked(one, f"as {trial.words}", "WWW-Authenticate") for one in (outer, inner) if one is not None]
    return Fail(
        f"The registry refuses the login of {trial.words}",
        evidence=tuple(refusals),
        resource=outer.url,
        failure_modes=("AUTH-18",),
        remedy={
            Dialect.PLAIN: Remedy(
                "Use the right name and password. On the registry's host, see that the file of auth.htpasswd.path has "
                "this user with a bcrypt hash (htpasswd -B). If something stands between that shows itself in no "
                f"header, it may drop Authorization. {_AT_HOME}",
                (_curl(trial.username),),
            )
        },
    )


def _is_denied(answer: Exchange) -> bool:
    """Whether a registry refuses with 403: in its envelope, or in ECR's words (amazon-ecr-credential-helper#7)."""
    if answer.status != 403 or is_foreign(answer):
        return False
    return any(error.code in _REFUSALS for error in parse_errors(answer.body)) or _ECR_EXPIRED in answer.body


def _denied(trial: LoginTrial) -> Fail:
    outer = trial.outer
    error = next((one for one in parse_errors(outer.body) if one.code in _REFUSALS), None)
    expired = _ECR_EXPIRED in outer.body
    said = shown(f"{error.code}: {error.message}") if error is not None else '"Your Authorization Token has expired"'
    address = read_web_address(outer.url)
    host = address.host if address is not None else ""
    return Fail(
        f"The registry refuses the login of {trial.words}: {outer.status}, {said}",
        evidence=(asked(outer, f"as {trial.words}"),),
        resource=outer.url,
        failure_modes=("AUTH-18",),
        remedy={Dialect.PLAIN: _password_of_ecr(host) if expired or _ECR.fullmatch(host) else _RIGHT_LOGIN},
    )


def _password_of_ecr(host: str) -> Remedy:
    ecr = _ECR.fullmatch(host)
    if ecr is None:  # ECR behind another name
        return Remedy("Get a new password of ECR, and log in with it as AWS:", ("aws ecr get-login-password",))
    new = f"aws ecr get-login-password --region {ecr[1]}"
    return Remedy(
        "ECR's password is good for twelve hours. Get a new one, and log in with it:",
        (f"{new} | docker login --username AWS --password-stdin {host}",),
    )


_RIGHT_LOGIN = Remedy(
    "Use the right name and password, or a token that has not expired, and see that this user may use the registry."
)
_REFUSALS = ("DENIED", "UNAUTHORIZED")
_ECR_EXPIRED = b"Your Authorization Token has expired"
_ECR = re.compile(r"[0-9]{12}\.dkr\.ecr(?:-fips)?\.([a-z0-9-]{2,30})\.amazonaws\.com(?:\.cn)?")
"""The host of a private registry of Amazon's; the group is its region."""


def _by_a_proxy(trial: LoginTrial) -> Fail:
    author = refused_by(trial.outer)
    return Fail(
        f"{author.opening if author else 'A proxy'} refuses the login of {trial.words}, before the registry sees it",
        evidence=(asked(trial.outer, f"as {trial.words}", "WWW-Authenticate"),),
        resource=trial.outer.url,
        failure_modes=("AUTH-18",),
        remedy={
            Dialect.PLAIN: Remedy(
                "Use a name and password that this proxy knows, or let the registry alone ask for them: remove the "
                "proxy's own password from the requests to /v2/."
            )
        },
    )


def _lost(trial: LoginTrial, inner: Exchange) -> Fail:
    where = trial.outer.url
    return Fail(
        f"The login of {trial.words} is lost between {where} and the registry, which accepts it at its own port",
        evidence=(
            asked(trial.outer, f"as {trial.words}", "WWW-Authenticate"),
            asked(inner, "the same at the registry's own port"),
        ),
        resource=where,
        failure_modes=("AUTH-21",),
        remedy={
            Dialect.PLAIN: Remedy(
                "Remove what sets, empties or consumes Authorization in the proxies between (in nginx "
                "proxy_set_header, in Apache RequestHeader, in HAProxy http-request del-header)."
            )
        },
    )


def _between(exchange: Exchange) -> str:
    """What shows itself between: registries written in Go send neither Server nor Via. Empty where nothing does."""
    server = exchange.header("Server")
    if server is None and exchange.header("Via") is None:
        return ""
    name = _PROGRAM.match(server or "")
    if name is not None and name[0].lower().startswith(_REGISTRIES) and exchange.header("Via") is None:
        return ""
    return name[0] if name else "a proxy"


_REGISTRIES = ("nexus", "artifactory", "jfrog", "harbor", "quay", "gitea", "forgejo", "zot", "pulp")
"""How the Server header begins of registries that send one themselves."""


def _curl(username: str) -> str:
    """It asks for the password itself."""
    return f"curl -sS -o /dev/null -w '%{{http_code}}\\n' -u {shlex.quote(username)} http://127.0.0.1:5000/v2/"


_CLIENT = LoginTrial("", "the client", Exchange("GET", ""))
_ASKED_OF_GITLAB = Remedy(
    "Use the right name and password. With two-factor authentication GitLab takes no password here but a personal "
    "access token with the scope read_registry (write_registry to push); such a token, or a deploy token, may have "
    "expired, and a CI job's token opens only what its project is let in to."
)


@sign(login_refused, parts=(Part.REGISTRY, Part.TOKEN_SERVICE), statuses=(400, 401, 403))
def _in_traffic(call: Call, story: Story) -> Seen:
    """A name and password that the registry, its token service, or a proxy before it refused.

    Who shows none is sent for them, which is no fault; nor is a form (POST) that a token service does not know.
    """
    if call.status not in (400, 401, 403) or call.recorded.by_recorder:
        return None
    shown = call.recorded.shown
    is_basic = shown is not None and shown.scheme.lower() == "basic"
    if call.part is Part.TOKEN_SERVICE:
        by_form = call.exchange.method == "POST" and call.status == 400
        by_get = call.exchange.method == "GET" and is_basic
        return _by_token_service(call) if by_form or by_get else None
    if not is_basic or not answered_by_registry_or_proxy(call):
        return None
    trial = replace(_CLIENT, outer=call.exchange)
    if call.status == 403 and (_ECR_EXPIRED in call.exchange.body or not call.repository):
        return replace(_denied(trial), resource=origin_of(call)) if _is_denied(call.exchange) else None
    if call.status != 401:
        return None
    if is_foreign(call.exchange):
        return replace(_by_a_proxy(trial), resource=origin_of(call))
    challenges = parse_challenges(call.exchange.header_all("WWW-Authenticate"))
    if not any(one.scheme.lower() == "basic" for one in challenges) or any(one.is_bearer for one in challenges):
        return None
    return Fail(
        f"The registry {origin_of(call)} refuses the login of the client, or something on the way takes it away",
        evidence=(asked(call.exchange, "with a name and password", "WWW-Authenticate"),),
        resource=origin_of(call),
        remedy={Dialect.PLAIN: Remedy(f"{_RIGHT_LOGIN.text} {_LOST}")},
    )


_LOST = "If the same login is taken at the registry's own port, a proxy between drops the Authorization header."


def _by_token_service(call: Call) -> Fail | None:
    """A 403 without a reason of its own may be a firewall's, and a proxy's page is not the service's word."""
    answer = call.exchange
    if not refuses_login(answer) or refused_by(answer) is not None:
        return None
    where = answer.url.partition("?")[0]
    told = answer.json()
    named = [told.get(name) for name in ("error_description", "error", "details")] if isinstance(told, dict) else []
    texts = (*map(str, parse_errors(answer.body)), *(text for text in named if isinstance(text, str)))
    said = clean(next((text for text in texts if text.strip()), ""))
    return Fail(
        f"The token service refuses the login of the client{f': {said}' if said else ''}",
        evidence=(asked(answer, "with a login"), *((Quote(where, said),) if said else ())),
        resource=where,
        failure_modes=("AUTH-18",),
        remedy={Dialect.PLAIN: _ASKED_OF_GITLAB},
    )
