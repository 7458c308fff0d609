"""AUTH-09: a token that lives shorter than the upload of a layer takes."""

import math
from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.token_claims import LEEWAY
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy
from regdoctor.evidence.call_tokens import asked_of_service, bearer, seconds_held
from regdoctor.evidence.call_tokens import life_of as life_of_token
from regdoctor.evidence.proxied_answers import calls_token_invalid
from regdoctor.evidence.story import Story
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.evidence.upload_limit import UploadLimit
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign, sign_at_end

_LONGEST = 1e9
"""Seconds; a life beyond that is no number of a token service that means it."""


@check(
    title="Tokens outlive the upload of the largest layer",
    severity=Severity.WARNING,
    failure_modes=("AUTH-09",),
    symptoms=("unauthorized: authentication required", "token not to be used after", "token has expired"),
    reference="https://docs.gitlab.com/administration/packages/container_registry/#increase-token-duration",
)
def token_expires_in_upload(trials: TokenTrials, upload: UploadLimit | Absent) -> Iterable[Outcome]:
    """A registry judges the token of a request when the request comes to it, and takes one up to 60 s after its end.

    docker and skopeo send a layer as one PATCH, with the token that they have at its beginning. Where the registry
    hears of the request at once it may take as long as it likes. A proxy that buffers requests (nginx does unless it
    is told not to) hands the layer over when all of it is there: the token has expired by then, and the push ends with
    401 at the very end of a big layer, `token not to be used after`. For the PUT that follows both get a new token
    where theirs has run out by the `expires_in` of the token service (60 s where it says none); where that is longer
    than the token really lives, they show one that has expired. So does, at the end, a client that keeps one token for
    a whole push.

    How long tokens live stands in them. How long a layer takes is worked out from the speed of the largest body that
    went up (--allow-writes) and from the size that --layer-size says; without it the finding stays away, and the
    size is told that takes as long as a token lives.

    Let tokens live longer than the largest layer takes. In GitLab: Admin, Settings, CI/CD, Container Registry,
    Authorization token duration (minutes); docker_auth: `expiration` in the section `token`. Switch request buffering
    off in each proxy (nginx: `proxy_request_buffering off`).
    """
    trial = trials.issued
    if trial is None or trial.realm is None:
        yield Skip("no token was asked of the token service")
        return
    life = _life(trial)
    if life is None and trial.ping is not None and trial.ping.status == 200:
        yield Skip("the token is accepted, and neither it nor the token service says how long it lives")
        return
    if life is None:
        yield Unknown(f"how long its tokens live is not told: {trial.realm.quote().quote}")
        return
    yield from _said_too_long(trial, life)
    yield _by_speed(trial, life, upload)


def _life(trial: Trial) -> float | None:
    """Seconds from a token's birth to its end; by `expires_in` where the token cannot be read. None: not told."""
    token = trial.token
    if token is not None and token.expires is not None:
        born = token.issued if token.issued is not None else token.not_before
        return token.expires - born if born is not None and 0 < token.expires - born < _LONGEST else None
    return _expires_in(trial)


def _expires_in(trial: Trial) -> float | None:
    """Seconds that the token service says (distribution, docs/spec/auth/token.md); None where it says none."""
    answer = trial.realm.json() if trial.realm else None
    said = answer.get("expires_in") if isinstance(answer, dict) else None
    usable = isinstance(said, int | float) and not isinstance(said, bool) and 0 < said < _LONGEST
    return float(said) if usable and said is not None else None


def _said_too_long(trial: Trial, life: float) -> Iterable[Fail]:
    said = _expires_in(trial)
    if said is None or trial.realm is None or said <= life + LEEWAY:
        return
    yield Fail(
        f"The token service says that its tokens live {_words(said)}, and they live {_words(life)}: clients go on with "
        "expired ones",
        evidence=(trial.realm.quote(), _quote(trial, life, f"expires_in {said:.0f}")),
        resource=_realm_of(trial),
        remedy={Dialect.PLAIN: Remedy("Make the token service say in expires_in how long its tokens really live.")},
    )


def _by_speed(trial: Trial, life: float, upload: UploadLimit | Absent) -> Outcome:
    lives = f"tokens live {_words(life)}"
    if isinstance(upload, Absent):
        how = "--allow-writes measures how fast layers go up, --layer-size says how large the largest is"
        reason = f"{lives}; {how} ({upload.reason})"
        return Unknown(reason) if upload.applicable else Skip(reason)
    best, speed = upload.timed_best, upload.speed
    if best is None or speed is None:
        why = upload.unfinished or f"the largest body that was taken has {upload.taken:,} bytes"
        return Unknown(f"{lives}; how fast layers go up was not measured: {why}")
    rate = f"{_size(speed)}/s"
    if upload.layer_size is None:
        return Pass(f"{lives}; at {rate} a layer of {_size(speed * life)} takes as long")
    takes = upload.layer_size / speed
    if takes <= life + LEEWAY:
        return Pass(f"{lives}; at {rate} a layer of {_size(upload.layer_size)} takes {_words(takes)}")
    measured = f"{best.size:,} bytes went up in {best.seconds:.2f} s: {rate}"
    return Fail(
        f"A layer of {_size(upload.layer_size)} takes {_words(takes)} at the measured {rate}, and tokens live "
        f"{_words(life)}: the token expires during the upload",
        evidence=(Quote(upload.asked.url, measured), _quote(trial, life, "")),
        resource=_realm_of(trial),
        remedy=_remedies(takes),
    )


def _quote(trial: Trial, life: float, more: str) -> Quote:
    whole = f"exp - iat {life:.0f} s" if trial.token and trial.token.issued is not None else f"lives {life:.0f} s"
    return Quote(f"token {trial.source}", f"{whole}, {more}" if more else whole)


def _realm_of(trial: Trial) -> str:
    return trial.realm.url.partition("?")[0] if trial.realm else trial.source


def _remedies(takes: float) -> Remedies:
    """takes: seconds of the upload, which a token must outlive; a quarter more, for lines are not always as fast."""
    minutes = math.ceil(takes * 1.25 / 60)
    where = "Admin, Settings, CI/CD, Container Registry, Authorization token duration (minutes)"
    buffering = (
        "Or switch request buffering off in every proxy before the registry (nginx: proxy_request_buffering off)"
    )
    command = f"Gitlab::CurrentSettings.update!(container_registry_token_expire_delay: {minutes})"
    return {
        Dialect.PLAIN: Remedy(
            f"Let tokens live {minutes} minutes. In GitLab: {where}; in docker_auth: expiration: {minutes * 60} in the "
            f"section token. {buffering}."
        ),
        Dialect.OMNIBUS: Remedy(
            f"Let tokens live {minutes} minutes: {where}, or by the command. {buffering}.",
            (f"sudo gitlab-rails runner '{command}'",),
        ),
        Dialect.HELM: Remedy(
            f"Let tokens live {minutes} minutes: {where}, or by the command. {buffering}.",
            (f"kubectl exec deploy/gitlab-toolbox -- gitlab-rails runner '{command}'",),
        ),
    }


def _words(seconds: float) -> str:
    """A time as people say it, to two digits or so."""
    if seconds < 119.5:
        return f"{seconds:.0f} s" if seconds >= 1 else "less than 1 s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _size(number: float) -> str:
    """Bytes in decimal units, as image sizes are told."""
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if number >= factor:
            return f"{number / factor:.1f} {unit}"
    return f"{number / 1e3:.0f} kB"


@sign(token_expires_in_upload, parts=(Part.TOKEN_SERVICE,))
def _when_given(call: Call, story: Story) -> Seen:
    """A false expires_in."""
    trials = asked_of_service(call, story) if call.recorded.given is not None else None
    trial = trials.issued if trials is not None else None
    life = _life(trial) if trial is not None else None
    return _said_too_long(trial, life) if trial is not None and life is not None else None


_WITH_BYTES = (ApiKind.UPLOAD_CHUNK, ApiKind.UPLOAD_WHOLE)


@sign(token_expires_in_upload, kinds=_WITH_BYTES, statuses=(401,))
def _when_shown(call: Call, story: Story) -> Seen:
    """A piece of a layer that was refused when all of it was there, for its token had run out."""
    # One without bytes is asked again with a new token, at no cost.
    if call.kind not in _WITH_BYTES or call.recorded.given is not None or call.recorded.request_size == 0:
        return None
    return _lapsed(call, story)


@sign_at_end(token_expires_in_upload)
def _at_the_end(story: Story) -> Iterable[Fail]:
    """An upload that nobody finished after its PUT was refused for a token that had run out."""
    for upload in story.uploads.values():
        if upload.finished or upload.start is None:
            continue
        finish = next((one for one in reversed(upload.calls) if one.kind is ApiKind.UPLOAD_FINISH), None)
        found = _lapsed(finish, story) if finish is not None else None
        if found is not None:
            yield found


def _lapsed(call: Call, story: Story) -> Fail | None:
    """The finding where a token that was good when the upload began was called invalid after its end.

    The registry judges it when it hears of the request, which behind a proxy that buffers is near its answer.
    """
    shown = call.recorded.shown
    token = shown.token if shown is not None and call.status == 401 and bearer(call) else None
    upload = story.uploads.get(call.api.upload) if call.api is not None else None
    if token is None or token.expires is None or not calls_token_invalid(call.exchange):
        return None
    life, held, date = life_of_token(token), seconds_held(call, story), call.exchange.date()
    if life is None or held is None or held <= life + LEEWAY:
        return None  # by the recorder's clock it was still good: token_not_in_its_time judges the clocks
    if date is not None and call.exchange.header("Age") in (None, "0") and date <= token.expires + LEEWAY:
        return None
    began = upload.start if upload is not None and upload.start is not None else call
    started = began.exchange.started
    is_older = held - (call.exchange.started + call.exchange.seconds - started) >= life
    if is_older or not answered_by_registry_or_proxy(began):
        return None  # it had run out before the upload began
    takes = call.exchange.started + call.exchange.seconds - started
    size = call.recorded.request_size
    sent = f" of {_size(size)}" if size else ""
    realm = story.tokens[shown.mark].call.exchange if shown is not None else call.exchange
    return Fail(
        f"An upload{sent} took {_words(takes)}, and tokens live {_words(life)}: it was refused with an expired one",
        evidence=(
            realm.quote(),
            Quote("token given in the recording", f"lives {life:.0f} s, was held for {held:.0f} s at the refusal"),
            call.exchange.quote("WWW-Authenticate", "Date"),
        ),
        resource=realm.url.partition("?")[0],
        remedy=_remedies(takes),
    )
