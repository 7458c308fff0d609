"""The symptom of symptoms: the registry refuses a token that was issued for it."""

from dataclasses import replace

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Unknown, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.generation import Generation
from regdoctor.distribution.timestamps import timestamp
from regdoctor.distribution.token_refusals import Meaning, is_in_time, knowing, meanings, shown
from regdoctor.distribution.tokens import Token
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import origin_of
from regdoctor.evidence.call_tokens import (
    asked_of_service,
    is_good_in_time,
    product_at,
    refused_in_time,
    taken_before,
    trials_of,
)
from regdoctor.evidence.clocks import Clocks
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.judged_at import judged_at
from regdoctor.evidence.product import Product
from regdoctor.evidence.proxied_answers import ProxiedAnswers, calls_token_invalid, refused_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.token_trials import TokenTrials, Trial, is_turned_away, refuses_login
from regdoctor.foreign_text import clean, short
from regdoctor.injection import Absent
from regdoctor.remedies.tokens import ENABLE_REGISTRY, SIGN_BY_A_KEY, log_in_anew, read_the_log
from regdoctor.sign import Seen, sign


@check(
    title="The registry accepts the tokens that are issued for it",
    severity=Severity.ERROR,
    failure_modes=(
        *("AUTH-01", "AUTH-02", "AUTH-03", "AUTH-04", "AUTH-05", "AUTH-06", "AUTH-07", "AUTH-08", "AUTH-18"),
        *("AUTH-21", "AUTH-22", "AUTH-24"),
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
    clocks: Clocks | Absent,
    installation: Installation | Absent,
) -> Outcome:
    """docker login asks the realm for a token and shows it to GET /v2/; a 401 there means that the token is refused.

    The registry names its reason in its own log alone. What it checks, in the order of 2.8 and GitLab's fork: the
    issuer, the audience, whether the token has expired or is not yet valid (with 60 s of leeway), then the key and
    the signature. Where regdoctor sees the cause as well, in the files or the clocks, this finding is folded under
    it. From outside it names what is certain: an alg that no private key signs by (none, HS256), another audience, a
    time before nbf or after exp, a header that names no key. Else it names what the token and the challenge leave open,
    the likeliest first: a challenge without `error="invalid_token"` means that no token came, or that distribution 3
    finds the signature to be by another key.

    Read the log, which tells the rest apart: `token from untrusted issuer`, `token intended for another audience`,
    `token not to be used before` or `after`, `token signed by untrusted key`. An audience that is a list, and no
    text, is `malformed token` to all but distribution 3.
    """
    refused = [trial for trial in trials.trials if trial.refused]
    known = product if isinstance(product, Product) else Product(None)
    listed = next((trial for trial in refused if trial.called_invalid and trial.token), None)
    if listed is not None and _aud_is_the_cause(listed, known):
        return _listed(listed, known)
    if refused:
        return _refused(refused, _left(refused[0], trials.service, known, answers, clocks), trials, known, installation)
    for trial in trials.trials:
        found = _without_a_token(trial, trials, source) or _not_let_in(trial)
        if found is not None:
            return found
    if found := next(filter(None, map(_switched_off, trials.trials)), None):
        return found
    if kept := next((trial.withheld for trial in trials.trials if trial.withheld), ""):
        return Unknown(kept)
    accepted = [trial for trial in trials.trials if trial.ping is not None and trial.ping.status == 200]
    issued = [trial for trial in accepted if trial.issued_by_gitlab]
    if issued:
        return Pass(f"a token {issued[0].source} is accepted")
    failed = next((trial for trial in trials.trials if trial.ping is None or trial.ping.status != 200), None)
    reason = _why(failed) if failed else "no token was tried"
    if accepted:
        return Unknown(f"a token {accepted[0].source} is accepted, but {reason}")
    return Unknown(reason)


def _aud_is_the_cause(trial: Trial, known: Product) -> bool:
    token = trial.token
    if token is None or not knowing(token.algorithm) & known.candidates():
        return False
    return token.audience_is_list and not known.must_be(Generation.DISTRIBUTION_3)


def _listed(trial: Trial, known: Product) -> Fail:
    """A list for aud; where the registry may be distribution 3, which reads it, it is the likeliest cause alone."""
    likely = "most likely " if known.may_be(Generation.DISTRIBUTION_3) else ""
    return Fail(
        f"The registry refuses a token {trial.source}: {likely}its aud is a list, which distribution 3 alone reads",
        evidence=tuple(_quotes(trial)),
        resource=trial.ping.url if trial.ping else "",
        failure_modes=("AUTH-07",),
        remedy={Dialect.PLAIN: _AS_TEXT},
    )


def _without_a_token(trial: Trial, trials: TokenTrials, source: TokenSource | Absent) -> Fail | None:
    """The finding where the token service gave none to the login, and is to blame or right."""
    if trial.realm is None:
        return None
    where = trial.realm.url.partition("?")[0]
    if trial.login_denied:
        author = refused_by(trial.realm)
        who = f"{author.opening}, before the token service," if author is not None else "The token service"
        said = _own_words(trial.realm)
        return Fail(
            f"{who} refuses the login: no token {trial.source}{f'; {shown(said)}' if said else ''}",
            evidence=(trial.realm.quote(), *((Quote(where, said),) if said else ())),
            resource=where,
            failure_modes=("AUTH-18",),
            remedy={Dialect.PLAIN: log_in_anew(trials.registry, _stored_in(source))},
        )
    if trial.by_get is not None and _is_a_token_services(trial.by_get):
        return Fail(
            f"The token service knows no OAuth2 form, by which alone an identity token goes: no token {trial.source}",
            evidence=(trial.realm.quote(), trial.by_get.quote()),
            resource=where,
            failure_modes=("AUTH-18",),
            remedy={Dialect.PLAIN: log_in_anew(trials.registry, _stored_in(source), _LOG_IN_ANEW)},
        )
    return None


def _own_words(answer: Exchange) -> str:
    """The reason that the token service gives, as clients show it: a registry's form, OAuth2's or Docker Hub's."""
    told = answer.json()
    named = [told.get(name) for name in ("error_description", "error", "details")] if isinstance(told, dict) else []
    texts = (*map(str, parse_errors(answer.body)), *(text for text in named if isinstance(text, str)))
    return clean(next((text for text in texts if text.strip()), ""))


def _stored_in(source: TokenSource | Absent) -> str:
    """Where the login was found; empty where it was given, or is not known."""
    return source.login.origin if isinstance(source, TokenSource) and source.login is not None else ""


def _is_a_token_services(answer: Exchange) -> bool:
    """Whether it gives a token by GET, or refuses to in its own words (see `refuses_login`)."""
    told = answer.json()
    gives = answer.status == 200 and isinstance(told, dict) and ("token" in told or "access_token" in told)
    return gives or (refuses_login(answer) and refused_by(answer) is None)


def _not_let_in(trial: Trial) -> Fail | None:
    """The finding where the registry answers the token of a login with an error that is not 401.

    ECR Public says 400 to a token that is no good, Artifactory 403; docker login takes 200 alone for success.
    """
    ping = trial.ping
    if ping is None or trial.anonymous or not trial.issued_by_gitlab or ping.status not in (400, 403):
        return None
    error = next((one for one in parse_errors(ping.body) if one.code in ("DENIED", "UNAUTHORIZED")), None)
    if error is None:
        return None
    return Fail(
        f"The registry does not let in a token {trial.source}: {ping.status}, {shown(str(error))}",
        evidence=tuple(_quotes(trial)),
        resource=ping.url,
        failure_modes=("AUTH-18",),
        remedy={
            Dialect.PLAIN: Remedy(
                "See that the user, or the token that stands for a password, may use this registry and has not expired."
            )
        },
    )


def _left(
    trial: Trial, service: str, known: Product, answers: ProxiedAnswers | Absent, clocks: Clocks | Absent
) -> tuple[Meaning, ...]:
    """What the refusal can mean, the likeliest first; nothing where the token cannot be read."""
    if trial.token is None:
        return ()
    return meanings(
        trial.token,
        service,
        known.candidates(),
        called_invalid=trial.called_invalid,
        names_invalid_tokens=calls_token_invalid(answers.with_token) if isinstance(answers, ProxiedAnswers) else None,
        in_time=_in_time(trial, trial.token, clocks),
    )


def _in_time(trial: Trial, token: Token, clocks: Clocks | Absent) -> bool | None:
    """False where it was surely shown too early or too late; token_not_in_its_time tells that at length.

    A token signed here has the registry's own time, and one that some answers take is in time.
    """
    if trial.mixed or not trial.issued_by_gitlab:
        return None
    reading = clocks.registry if isinstance(clocks, Clocks) else None
    moments = [judged_at(answer, reading) for answer in trial.shown if answer.status == 401]
    found = [is_in_time(token, at.earliest, at.latest) for at in moments if at is not None]
    return False if False in found else None


def _refused(
    refused: list[Trial],
    left: tuple[Meaning, ...],
    trials: TokenTrials,
    known: Product,
    installation: Installation | Absent,
) -> Fail:
    first = refused[0]
    # Two are as many as a line bears; the remedy has them all. A name that is no key's leaves the key no suspect.
    first_two = left[:1] if left and left[0].mode == "AUTH-04" else left[:2]
    words = ", or ".join(f"{one.words}{one.named}" for one in first_two)
    ranked = f": {'most likely ' if len(left) > 1 else ''}{words}" if left else ""
    excluded = _excluded(first, trials.service) if left else ()
    remedy = read_the_log(
        left,
        known,
        issuer=first.token.issuer if first.token is not None else "",
        is_plain=isinstance(installation, Installation) and installation.dialect is Dialect.PLAIN,
    )
    return Fail(
        f"The registry refuses a token {first.source}{ranked}",
        evidence=(*(quote for trial in refused for quote in _quotes(trial)), *excluded),
        resource=first.ping.url if first.ping else "",
        failure_modes=tuple(dict.fromkeys(one.mode for one in left)) or None,
        remedy={Dialect.PLAIN: SIGN_BY_A_KEY} if [one.mode for one in left] == ["AUTH-24"] else remedy,
    )


def _excluded(trial: Trial, service: str) -> tuple[Quote, ...]:
    """What was looked at and is not the cause."""
    if trial.token is None or not trial.called_invalid or trial.token.audience != (service,):
        return ()
    return (Quote(f"token {trial.source}", f"its aud is the registry's service, {shown(service)}: not the cause"),)


def _switched_off(trial: Trial) -> Fail | None:
    """The finding where GitLab says so (auth/container_registry_authentication_service.rb: 404, UNAVAILABLE)."""
    if trial.realm is None or trial.realm.status != 404:
        return None
    errors = parse_errors(trial.realm.body)
    if not any(error.code == "UNAVAILABLE" and _NOT_ENABLED in error.message for error in errors):
        return None
    where = trial.realm.url.partition("?")[0]
    return Fail(
        f"GitLab gives no tokens, for its registry is not enabled: none {trial.source}",
        evidence=(trial.realm.quote(), Quote(where, _NOT_ENABLED)),
        resource=where,
        failure_modes=("AUTH-18",),
        remedy=ENABLE_REGISTRY,
    )


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
    asked = trial.asked
    if asked is not None and is_turned_away(asked):
        return (
            f"no token could be had {trial.source}: somebody on the way turns the request away, a firewall, a limit, "
            f"or a ban after failed logins, which passes with time: {asked.quote().quote}"
        )
    return f"no token could be had {trial.source}: {asked.quote().quote if asked else 'nothing was asked'}"


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
    listed = f"[{', '.join(map(shown, token.audience))}]"
    audience = listed if token.audience_is_list else " ".join(token.audience)
    kid = f"kid {token.kid}" if token.kid else "no kid"
    carried = [name for name, is_there in (("x5c", token.x5c), ("jwk", token.jwk)) if is_there]
    claims = [f"alg {token.algorithm or 'missing'}", kid, *carried, f"iss {token.issuer}", f"aud {audience}"]
    return ", ".join([*map(short, claims), *times])


_NOT_ENABLED = "registry not enabled"
"""GitLab's own words."""
_LOG_IN_ANEW = "Log in again with a name and a password."
_AS_TEXT = Remedy("Make the token service write aud as a text, the service's name alone, or move to distribution 3.")


@sign(login_unauthorized, parts=(Part.REGISTRY, Part.TOKEN_SERVICE), statuses=(401, 404))
def _in_traffic(call: Call, story: Story) -> Seen:
    """A token that is good by all that can be seen, and refused; a GitLab whose registry is off, and so gives none."""
    if call.status == 404:
        asked = asked_of_service(call, story)
        trial = asked.issued if asked is not None else None
        return _switched_off(trial) if trial is not None else None
    trials = refused_in_time(call, story) or _login_refused(call, story)
    trial = trials.issued if trials is not None else None
    if trials is None or trial is None:
        return None
    known = product_at(call, story)
    is_of_list = trial.called_invalid and trial.token is not None and _aud_is_the_cause(trial, known)
    absent = Absent("traffic shows nothing else", applicable=False)
    told = (
        _listed(trial, known)
        if is_of_list
        else _refused([trial], _left(trial, trials.service, known, absent, absent), trials, known, absent)
    )
    return replace(told, resource=f"{origin_of(call)}/v2/")


def _login_refused(call: Call, story: Story) -> TokenTrials | None:
    """GET /v2/ with the token of a login, as docker login asks it: a 401 is no matter of what the token opens.

    Without `invalid_token` it tells less, and so must come within the token's time.
    """
    if call.kind is not ApiKind.PING or call.status != 401 or call.recorded.shown is None:
        return None
    if not is_good_in_time(call, story):
        return None
    trials = trials_of(call, story)
    trial = trials.issued if trials is not None else None
    if trial is None or trial.realm is None or trial.called_invalid or not trial.refused:
        return None
    return None if taken_before(call, story) is not None else trials
