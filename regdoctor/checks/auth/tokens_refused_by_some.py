"""HA-03: the same token is taken by some of the answers and refused by others: instances that differ."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.token_claims import LEEWAY
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import origin_of
from regdoctor.evidence.call_tokens import bearer, is_good_in_time, taken_before, trials_of
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.proxied_answers import calls_token_invalid
from regdoctor.evidence.story import Story
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.foreign_text import short
from regdoctor.sign import Seen, sign


@check(
    title="Every answer of the registry judges the same token alike",
    severity=Severity.ERROR,
    failure_modes=("HA-03",),
    symptoms=(
        "token signed by untrusted key with ID",
        "failed to verify token: signature not verifiable",
        "failed with status: 401 Unauthorized",
    ),
    explains=("login_unauthorized",),
    reference="https://distribution.github.io/distribution/about/deploying/",
)
def tokens_refused_by_some(trials: TokenTrials) -> Outcome:
    """One token, shown several times within seconds, was taken and refused: more than one registry answers there.

    Behind a load balancer, or a name with several addresses, each request of a push may come to another instance, so
    that logins and pushes fail now and then, and work when they are tried again. All instances must judge a token
    alike. What makes them differ, the likeliest first: one has another rootcertbundle (a new key reached one node,
    and not the other, or its registry was not restarted since: the file is read at the start alone), another issuer
    or service; the clock of one is off by more than the 60 s that are allowed; a new key is being rolled out this
    moment, and the next look finds them alike. Where the times that the answers bear lie apart, the clock comes first.

    The log of the instance that refuses tells them apart: `token signed by untrusted key` (distribution 3:
    `signature not verifiable`) is the certificate, `token from untrusted issuer` or `intended for another audience`
    the settings, `token not to be used before` or `after` the clock.

    Give each instance the same rootcertbundle, issuer and service, set their clocks by NTP, and restart those that
    began before the file was changed. When keys are changed, add the new certificate to every bundle first, and let
    the token service sign with the new key only then.
    """
    trial = next((one for one in trials.trials if one.mixed), trials.issued)
    if trial is None:
        return Skip("no token was asked of the token service")
    judged = [one for one in trial.shown if one.status in (200, 401)]
    if trial.mixed:
        return _fail(trials, trial, judged)
    if len(judged) < 2:
        return Unknown(f"a token {trial.source} was judged {'once only' if judged else 'by nobody'}")
    peers = {one.peer for one in judged}
    where = f", at {len(peers)} addresses" if len(peers) > 1 else ""
    word = "take" if judged[0].status == 200 else "refuse"
    return Pass(f"{len(judged)} of {len(judged)} answers {word} the same token{where}")


def _fail(trials: TokenTrials, trial: Trial, judged: Sequence[Exchange]) -> Fail:
    refused = [one for one in judged if one.status == 401]
    taken = [one for one in judged if one.status == 200]
    order = ", ".join(str(one.status) for one in judged)
    apart = _clocks_apart(refused, taken)
    return Fail(
        f"{len(refused)} of {len(judged)} answers refused the same token: {_where(refused, taken)}"
        + (f", and their clocks are {apart:.0f} s apart" if apart else ""),
        evidence=(
            refused[0].quote("WWW-Authenticate", "Date"),
            taken[0].quote("Date"),
            Quote(f"token {trial.source}", f"answers in this order: {order}" + _key(trial)),
        ),
        resource=trials.registry or refused[0].url,
        remedy=_remedies(clock_first=bool(apart)),
    )


def _where(refused: Sequence[Exchange], taken: Sequence[Exchange]) -> str:
    """Which address refuses, where addresses tell; else that they take turns behind one."""
    bad, good = ({one.peer for one in group if one.peer} for group in (refused, taken))
    always = sorted(bad - good)
    if always and not bad & good:
        return f"those of {' and '.join(always)}, never those of {' and '.join(sorted(good))}"
    shared = " and ".join(sorted(bad & good))
    return f"instances that differ take turns behind {shared}" if shared else "instances that differ answer there"


def _clocks_apart(refused: Sequence[Exchange], taken: Sequence[Exchange]) -> float:
    """Seconds between the clocks of those that refuse and those that take; 0 where they are near, or not told."""
    offsets = [[date - one.started for one in group if (date := one.date()) is not None] for group in (refused, taken)]
    if not all(offsets):
        return 0.0
    apart = abs(median(offsets[0]) - median(offsets[1]))
    # A token is a moment old here: between two clocks that both are right to 60 s, nobody refuses it for its times.
    return apart if apart > LEEWAY / 2 else 0.0


def _key(trial: Trial) -> str:
    """Whose token it is."""
    token = trial.token
    return f"; kid '{short(token.kid or '')}', iss '{short(token.issuer)}'" if token else ""


_CAUSES = (
    "one has another rootcertbundle, issuer or service, or was not restarted since the file was changed",
    "the clock of one is off",
)


def _remedies(*, clock_first: bool) -> Remedies:
    first, second = reversed(_CAUSES) if clock_first else _CAUSES
    why = (
        f"Most likely {first}; else {second}, or a new key is being rolled out this moment. On each instance look for "
        "`token signed by untrusted key` (the certificate) or `token not to be used` (the clock) in the log, and make "
        "rootcertbundle the same on all"
    )
    return {
        Dialect.PLAIN: Remedy(
            f"{why}: run this on each, compare, and restart the one that differs.",
            (
                "sudo sh -c 'sha256sum $(sed -n \"s/^ *rootcertbundle: *//p\" /etc/docker/registry/config.yml)'",
                "timedatectl status",
            ),
        ),
        Dialect.OMNIBUS: Remedy(
            f"{why}: run this on each node, compare, and reconfigure the one that differs.",
            (
                "sudo sha256sum /var/opt/gitlab/registry/gitlab-registry.crt",
                "timedatectl status",
                "sudo gitlab-ctl reconfigure",
                "sudo gitlab-ctl restart registry",
            ),
        ),
        Dialect.HELM: Remedy(
            f"{why}: pods that started before the secret was changed keep the old certificate until restarted.",
            ("kubectl rollout restart deployment -l app=registry",),
        ),
        Dialect.COMPOSE: Remedy(
            f"{why}: make all services mount the same file, then start them afresh.",
            ("docker compose up -d --force-recreate",),
        ),
    }


@sign(tokens_refused_by_some, parts=(Part.REGISTRY,))
def _in_traffic(call: Call, story: Story) -> Seen:
    """One token, let in and called invalid by the same address within its time, in either order."""
    status, shown = call.status, call.recorded.shown
    if status is None or shown is None:
        return None
    if status == 401:
        if not bearer(call) or not calls_token_invalid(call.exchange) or not is_good_in_time(call, story):
            return None
        taken = taken_before(call, story)
        return _apart(call, taken, call, story) if taken is not None else None
    if status >= 400 or (known := story.challenges.get(origin_of(call))) is None:
        return None
    refused = known[1]
    before = refused.recorded.shown
    # Of nearly all calls the last challenge was to one who showed nothing.
    if before is None or before.mark != shown.mark or refused.status != 401 or not bearer(call):
        return None
    if not calls_token_invalid(refused.exchange) or not is_good_in_time(refused, story):
        return None
    return _apart(call, call, refused, story)


def _apart(last: Call, taken: Call, refused: Call, story: Story) -> Fail | None:
    trials = trials_of(last, story)
    trial = trials.issued if trials is not None else None
    if trials is None or trial is None:
        return None
    # A read that was let in is not 200 alone: what counts is that the token was taken.
    accepted = replace(taken.exchange, status=200)
    first, second = (accepted, refused.exchange) if refused is last else (refused.exchange, accepted)
    found = _fail(trials, trial, (first, second))
    quotes = (refused.exchange.quote("WWW-Authenticate", "Date"), taken.exchange.quote("Date"))
    return replace(found, evidence=(*quotes, *found.evidence[2:]), resource=origin_of(last))
