"""The symptom of symptoms: the registry refuses a token that was issued for it."""

import re

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Unknown, check
from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.generation import Generation
from regdoctor.distribution.timestamps import timestamp
from regdoctor.distribution.token_refusals import Meaning, meanings, shown
from regdoctor.distribution.tokens import Token
from regdoctor.evidence.product import Product
from regdoctor.evidence.proxied_answers import ProxiedAnswers, calls_token_invalid
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.injection import Absent
from regdoctor.token_remedies import read_the_log


@check(
    title="The registry accepts the tokens that are issued for it",
    severity=Severity.ERROR,
    failure_modes=(
        *("AUTH-01", "AUTH-02", "AUTH-03", "AUTH-04", "AUTH-05", "AUTH-06", "AUTH-07", "AUTH-08", "AUTH-18"),
        *("AUTH-21", "AUTH-22"),
    ),
    symptoms=(
        "login attempt to",
        "failed with status: 401 Unauthorized",
        "error authorizing context: invalid token",
    ),
    reference="https://distribution.github.io/distribution/spec/auth/token/",
)
def login_unauthorized(
    trials: TokenTrials,
    product: Product | Absent,
    answers: ProxiedAnswers | Absent,
    source: TokenSource | Absent,
) -> Outcome:
    """docker login asks the realm for a token and shows it to GET /v2/; a 401 there means that the token is refused.

    The registry names its reason in its own log alone. What it checks, in the order of 2.8 and GitLab's fork: the
    issuer, the audience, whether the token has expired or is not yet valid (with 60 s of leeway), then the key and
    the signature. Where regdoctor sees the cause as well, in the files or the clocks, this finding is folded under
    it. From outside it names those that the token and the challenge leave open, the likeliest first: a challenge
    without `error="invalid_token"` means that no token came, or that distribution 3 finds the signature to be by
    another key.

    Read the log, which tells the rest apart: `token from untrusted issuer`, `token intended for another audience`,
    `token not to be used before` or `after`, `token signed by untrusted key`. An audience that is a list, and no
    text, is `malformed token` to all but distribution 3.
    """
    refused = [trial for trial in trials.trials if trial.refused]
    listed = next((trial for trial in refused if trial.called_invalid and trial.token), None)
    if listed is not None and listed.token is not None and listed.token.audience_is_list:
        return Fail(
            f"The registry refuses a token {listed.source}: its aud is a list, which distribution 3 alone reads",
            evidence=tuple(_quotes(listed)),
            resource=listed.ping.url if listed.ping else "",
            failure_modes=("AUTH-07",),
            remedy={Dialect.PLAIN: _AS_TEXT},
        )
    if refused:
        return _refused(refused, trials.service, product, answers)
    denied = next((trial for trial in trials.trials if trial.login_denied), None)
    if denied is not None and denied.realm is not None:
        return Fail(
            f"The token service refuses the login: no token {denied.source}",
            evidence=(denied.realm.quote(),),
            resource=denied.realm.url.partition("?")[0],
            failure_modes=("AUTH-18",),
            remedy={Dialect.PLAIN: _log_in(trials.registry, source)},
        )
    switched_off = next((trial for trial in trials.trials if _is_switched_off(trial)), None)
    if switched_off is not None and switched_off.realm is not None:
        return Fail(
            f"GitLab gives no tokens, for its registry is not enabled: none {switched_off.source}",
            evidence=(switched_off.realm.quote(), Quote(switched_off.realm.url.partition("?")[0], _NOT_ENABLED)),
            resource=switched_off.realm.url.partition("?")[0],
            failure_modes=("AUTH-18",),
            remedy=_ENABLE,
        )
    accepted = [trial for trial in trials.trials if trial.ping is not None and trial.ping.status == 200]
    issued = [trial for trial in accepted if trial.issued_by_gitlab]
    if issued:
        return Pass(f"a token {issued[0].source} is accepted")
    failed = next((trial for trial in trials.trials if trial.ping is None or trial.ping.status != 200), None)
    reason = _why(failed) if failed else "no token was tried"
    if accepted:
        return Unknown(f"a token {accepted[0].source} is accepted, but {reason}")
    return Unknown(reason)


def _refused(refused: list[Trial], service: str, product: Product | Absent, answers: ProxiedAnswers | Absent) -> Fail:
    first = refused[0]
    known = product if isinstance(product, Product) else Product(None)
    left: tuple[Meaning, ...] = ()
    if first.token is not None:
        told = calls_token_invalid(answers.with_token) if isinstance(answers, ProxiedAnswers) else None
        left = meanings(
            first.token, service, known.candidates(), called_invalid=first.called_invalid, names_invalid_tokens=told
        )
    # Two are as many as a line bears; the remedy has them all.
    first_two = ", or ".join(one.words for one in left[:2])
    ranked = f": {'most likely ' if len(left) > 1 else ''}{first_two}" if left else ""
    excluded = _excluded(first, service) if left else ()
    return Fail(
        f"The registry refuses a token {first.source}{ranked}",
        evidence=(*(quote for trial in refused for quote in _quotes(trial)), *excluded),
        resource=first.ping.url if first.ping else "",
        failure_modes=tuple(dict.fromkeys(one.mode for one in left)) or None,
        remedy=read_the_log(left, is_gitlabs=known.must_be(Generation.GITLAB)),
    )


def _excluded(trial: Trial, service: str) -> tuple[Quote, ...]:
    """What was looked at and is not the cause."""
    if trial.token is None or not trial.called_invalid or trial.token.audience != (service,):
        return ()
    return (Quote(f"token {trial.source}", f"its aud is the registry's service, {shown(service)}: not the cause"),)


def _log_in(registry: str, source: TokenSource | Absent) -> Remedy:
    """Where the login was a stored one, it is stored anew."""
    login = source.login if isinstance(source, TokenSource) else None
    host = registry.partition("://")[2].partition("/")[0]
    if login is None or not login.origin or not _HOST.fullmatch(host):
        return _RIGHT_LOGIN
    return Remedy(
        f"{_RIGHT_LOGIN.text} This one is stored ({login.origin}); store the right one:",
        (f"docker logout {host}", f"docker login {host}"),
    )


def _is_switched_off(trial: Trial) -> bool:
    """Whether GitLab says so (auth/container_registry_authentication_service.rb: 404, UNAVAILABLE)."""
    if trial.realm is None or trial.realm.status != 404:
        return False
    errors = parse_errors(trial.realm.body)
    return any(error.code == "UNAVAILABLE" and _NOT_ENABLED in error.message for error in errors)


def _why(trial: Trial) -> str:
    if trial.ping is not None and trial.ping.status == 401:
        if not trial.issued_by_gitlab:
            return f"a token {trial.source} got 401, but no file here says which issuer GitLab writes into its tokens"
        return (
            f"a token {trial.source} got 401, which a registry may also answer to one who is not logged in: "
            "try with --username"
        )
    if trial.ping is not None:
        return f"the registry did not judge the token: {trial.ping.quote().quote}"
    asked = trial.realm.quote().quote if trial.realm else "nothing was asked"
    return f"no token could be had {trial.source}: {asked}"


def _quotes(trial: Trial) -> list[Quote]:
    quotes = []
    if trial.ping is not None:
        quotes.append(trial.ping.quote())
        challenge = trial.ping.header("WWW-Authenticate")
        if challenge:
            quotes.append(Quote(trial.ping.url, f"WWW-Authenticate: {challenge}"))
    if trial.token:
        quotes.append(Quote(f"token {trial.source}", _claims(trial.token)))
    return quotes


def _claims(token: Token) -> str:
    """What the registry judges, on one line."""
    times = [
        f"{name} {timestamp(moment)}" for name, moment in (("nbf", token.not_before), ("exp", token.expires)) if moment
    ]
    audience = " ".join(token.audience)
    return ", ".join([f"kid {token.kid}", f"iss {token.issuer}", f"aud {audience}", *times])


_NOT_ENABLED = "registry not enabled"
"""GitLab's own words."""
_ENABLE = {
    Dialect.PLAIN: Remedy("Set registry.enabled to true in gitlab.yml, and restart GitLab."),
    Dialect.OMNIBUS: Remedy(
        "In /etc/gitlab/gitlab.rb:", ("gitlab_rails['registry_enabled'] = true", "sudo gitlab-ctl reconfigure")
    ),
    Dialect.HELM: Remedy(
        "In the values of the release:",
        ("helm upgrade gitlab gitlab/gitlab --reuse-values --set global.registry.enabled=true",),
    ),
}
_AS_TEXT = Remedy("Make the token service write aud as a text, the service's name alone, or move to distribution 3.")
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+")
_RIGHT_LOGIN = Remedy(
    "Use the right name and password. With two-factor authentication GitLab takes no password here but a personal "
    "access token with the scope read_registry (write_registry to push); a deploy token may have expired."
)
