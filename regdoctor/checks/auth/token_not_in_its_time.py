"""AUTH-08: a token was refused at a time for which it was not made."""

from dataclasses import replace

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.timestamps import timestamp
from regdoctor.distribution.token_claims import LEEWAY
from regdoctor.distribution.token_refusals import is_in_time
from regdoctor.distribution.tokens import Token
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_tokens import is_young, refused_early, trials_of
from regdoctor.evidence.clocks import Clocks
from regdoctor.evidence.judged_at import JudgedAt, judged_at
from regdoctor.evidence.story import Story
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign


@check(
    title="The registry is shown tokens within the time for which they are good",
    severity=Severity.ERROR,
    failure_modes=("AUTH-08",),
    symptoms=("token not to be used before", "token not to be used after", "token has expired"),
    explains=("login_unauthorized",),
    reference="https://distribution.github.io/distribution/spec/auth/jwt/",
)
def token_not_in_its_time(trials: TokenTrials, clocks: Clocks | Absent) -> Outcome:
    """A token says from when (nbf) and until when (exp) it is good; a registry goes by its own clock and allows 60 s.

    The token that was refused is held against the time at which that was done: the registry's own clock where it
    could be asked directly, else the Date header of the very answer, which a proxy before it may have written. A
    clock that is wrong is the usual cause. A token service may also write wrong times with a right clock: the
    local time for UTC, milliseconds for seconds, no exp at all, or an exp before the time of issue.

    Let NTP set the clocks of both hosts. Where only the times in the tokens are wrong, correct the token service: nbf,
    iat and exp are whole seconds since 1970 in UTC, and all registries need exp.
    """
    # Where only some answers refuse it, instances differ, which tokens_refused_by_some judges.
    refused = [trial for trial in trials.trials if trial.issued_by_gitlab and trial.refused and not trial.mixed]
    read = [(trial, trial.token) for trial in refused if trial.token is not None]
    if not read:
        return _nothing_to_judge(trials)
    doubts: list[str] = []
    for trial, token in read:
        found = _judge(trial, token, clocks)
        if isinstance(found, Fail) and trial.called_invalid:
            return found
        if isinstance(found, Fail):
            # The token may not have come through, or the registry may be one that goes by other rules.
            found = f"{found.message}; but the challenge does not call it invalid, as distribution does of one expired"
        doubts += [found] if found else []
    return Unknown(doubts[0]) if doubts else Pass("the token that is refused is neither too early nor too late")


def _nothing_to_judge(trials: TokenTrials) -> Outcome:
    issued = trials.issued
    if issued is not None and issued.ping is not None and issued.ping.status == 200:
        return Pass(f"a token {issued.source} is accepted")
    return Skip("no token whose times can be read was refused, or not by every answer")


def _judge(trial: Trial, token: Token, clocks: Clocks | Absent) -> Fail | str:
    """The finding; else why it cannot be told, or nothing where the token was in its time."""
    reading = clocks.registry if isinstance(clocks, Clocks) else None
    doubt = ""
    for answer in (one for one in trial.shown if one.status == 401):
        at = judged_at(answer, reading)
        if at is None:
            doubt = doubt or f"no Date that can be trusted came with the refusal: {answer.quote('Date').quote}"
            continue
        in_time = is_in_time(token, at.earliest, at.latest)
        if in_time is False:
            return _fail(trial, token, at)
        if in_time is None:
            doubt = doubt or f"too near to the {LEEWAY} s that the registry allows to tell: {at.words}"
    return doubt


def _fail(trial: Trial, token: Token, at: JudgedAt) -> Fail:
    case, of_the_clock = _case(token, at)
    whose = "the registry's time" if at.direct else "the time of its answer (a proxy before it may have written that)"
    evidence = [at.exchange.quote("WWW-Authenticate"), at.quote, Quote(f"token {trial.source}", _times(token))]
    writes_wrong = of_the_clock and _differs_from_its_own_date(trial, token)
    if trial.realm is not None and trial.realm.header("Date"):
        evidence.append(Quote(trial.realm.quote().source, f"Date: {trial.realm.header('Date')}"))
    return Fail(
        f"The registry refuses a token {trial.source}: {case.format(whose=whose)}"
        + (", though the token service's own answer has another Date" if writes_wrong else ""),
        evidence=tuple(evidence),
        resource=trial.realm.url.partition("?")[0] if trial.realm else at.exchange.url,
        remedy=_CLOCKS if of_the_clock and not writes_wrong else _TIMES,
    )


def _case(token: Token, at: JudgedAt) -> tuple[str, bool]:
    """What is wrong, `{whose}` standing for whose time it is; and whether a wrong clock would account for it."""
    starts, ends = token.not_before, token.expires
    if starts is not None and starts - LEEWAY > at.latest:
        unit = ", as if written in milliseconds" if starts > _NO_SECONDS else ""
        return f"it is good only {starts - at.latest:.0f} s after {{whose}} (nbf {timestamp(starts)}{unit})", not unit
    if ends is None:
        return "it has no exp, which registries read as 1970", False
    issued = token.issued if token.issued is not None else starts
    if issued is not None and ends <= issued:
        return f"its exp is {issued - ends:.0f} s before it was issued, so it has expired at birth", False
    return f"it expired {at.earliest - ends:.0f} s before {{whose}} (exp {timestamp(ends)})", True


def _differs_from_its_own_date(trial: Trial, token: Token) -> bool:
    """Whether the time of issue in the token is far from the Date of the answer that brought it."""
    date = trial.realm.date() if trial.realm is not None and trial.realm.header("Age") in (None, "0") else None
    issued = token.issued if token.issued is not None else token.not_before
    return date is not None and issued is not None and abs(issued - date) > LEEWAY


def _times(token: Token) -> str:
    moments = (("iat", token.issued), ("nbf", token.not_before), ("exp", token.expires))
    return ", ".join(f"{name} {timestamp(moment) if moment is not None else 'missing'}" for name, moment in moments)


_NO_SECONDS = 1e11
"""Beyond the year 5138: milliseconds of our days are above it."""
_CLOCKS: Remedies = {
    Dialect.HELM: Remedy("Let NTP set the clock of the nodes that run the token service and the registry's pods."),
    Dialect.PLAIN: Remedy(
        "Let NTP set the clock of the token service's host and of the registry's; run this on both, and see which "
        "one is not synchronized.",
        ("timedatectl status", "sudo timedatectl set-ntp true"),
    ),
}
_TIMES: Remedies = {
    Dialect.PLAIN: Remedy(
        "Correct the token service: iat is the time of issue, nbf is not after it, exp is some minutes after it, all "
        "three in whole seconds since 1970, UTC. Where a proxy stands before the token service, compare the clock of "
        "its host too.",
    )
}


@sign(token_not_in_its_time, parts=(Part.REGISTRY,), statuses=(401,))
def _in_traffic(call: Call, story: Story) -> Seen:
    """A token that was refused out of its time, though it had not been held for as long as it lives.

    One that has run out in the client's hands is renewed, as docker does it between two requests: no fault.
    """
    trials = trials_of(call, story) if call.status == 401 else None
    trial = trials.issued if trials is not None else None
    if trial is None or trial.token is None or not trial.called_invalid:
        return None
    if not (is_young(call, story) or refused_early(call)):
        return None
    found = _judge(trial, trial.token, Absent("traffic alone is judged"))
    if not isinstance(found, Fail):
        return None
    return found if trial.realm is not None else replace(found, resource=f"{trials.registry}/v2/" if trials else "")
