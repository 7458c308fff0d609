"""A recorded call as the evidence that checks of tokens judge: which token was shown, who gave it, and what came."""

from __future__ import annotations

from itertools import islice

from regdoctor.distribution.challenges import Challenge
from regdoctor.distribution.generation import Generation
from regdoctor.distribution.scopes import parse_scopes
from regdoctor.distribution.token_claims import LEEWAY
from regdoctor.distribution.token_refusals import is_in_time
from regdoctor.distribution.tokens import Token
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of
from regdoctor.evidence.judged_at import judged_at
from regdoctor.evidence.product import Product
from regdoctor.evidence.story import Story, TokenGiven
from regdoctor.evidence.token_trials import TokenTrials, Trial

_LOOKED_BACK = 200
"""Calls of each kind that are looked through for one that took the same token."""
_FRESH = 30.0
"""Seconds after which an opaque token may have ended: registries' shortest lives are a minute."""
_GIVEN = "given in the recording"
_SHOWN = "shown in the recording"
_UNTOLD = "the recording does not tell which registry it is"


def bearer(call: Call) -> bool:
    """Whether a registry was shown a token, and somebody but the recorder answered."""
    shown = call.recorded.shown
    return shown is not None and shown.scheme.lower() == "bearer" and answered_by_registry_or_proxy(call)


def given_of(call: Call, story: Story) -> TokenGiven | None:
    """How the token that a request shows was given; None where the recording begins later."""
    shown = call.recorded.shown
    return story.tokens.get(shown.mark) if shown is not None else None


def seconds_held(call: Call, story: Story) -> float | None:
    """How long the client had had the token when the answer came, by the recorder's clock; None where not known."""
    given = given_of(call, story)
    answered = call.exchange.started + call.exchange.seconds
    return max(0.0, answered - given.call.recorded.ended) if given is not None else None


def life_of(token: Token) -> float | None:
    """Seconds from a token's birth to its end, as it says; None where it does not, or ends before it is born."""
    born = token.issued if token.issued is not None else token.not_before
    if born is None or token.expires is None or token.expires <= born:
        return None
    return token.expires - born


def is_young(call: Call, story: Story) -> bool:
    """Whether the token's life is not over, by the recorder's clock alone, whatever the others' clocks are."""
    held, shown = seconds_held(call, story), call.recorded.shown
    life = life_of(shown.token) if shown is not None and shown.token is not None else None
    return held is not None and held < (life if life is not None else _FRESH)


def is_good_in_time(call: Call, story: Story) -> bool:
    """Whether the token was shown within its time: by the Date of the answer, else by the recorder's clock."""
    shown = call.recorded.shown
    token = shown.token if shown is not None else None
    at = judged_at(call.exchange, None) if token is not None else None
    told = is_in_time(token, at.earliest, at.latest) if token is not None and at is not None else None
    return is_young(call, story) if told is None else told


def taken_before(call: Call, story: Story) -> Call | None:
    """A call of the same registry that was let in with the same token, of those that the story has kept."""
    shown, origin = call.recorded.shown, origin_of(call)
    if shown is None:
        return None
    lately = (
        *(one for upload in islice(reversed(story.uploads.values()), _LOOKED_BACK) for one in upload.calls[-2:]),
        *islice(reversed(story.sent_to.values()), _LOOKED_BACK),
        *(one for one in (story.registries.get(origin),) if one is not None),
    )
    for one in lately:
        other = one.recorded.shown
        let_in = one.status is not None and one.status < 400 and answered_by_registry_or_proxy(one)
        if other is not None and other.mark == shown.mark and let_in and origin_of(one) == origin:
            return one
    return None


def trials_of(call: Call, story: Story) -> TokenTrials | None:
    """The call as a check judges a token that it showed to a registry; None where no token was shown.

    Of a token that the recording does not see given, it is not known whether a login was behind it.
    """
    shown = call.recorded.shown
    if shown is None or not bearer(call):
        return None
    given = given_of(call, story)
    source, realm = (_GIVEN, given.call.exchange) if given is not None else (_SHOWN, None)
    trial = Trial(source, True, realm, shown.token, call.exchange)
    challenge = challenge_at(origin_of(call), story)
    return _trials(trial, origin_of(call), challenge)


def asked_of_service(call: Call, story: Story) -> TokenTrials | None:
    """The call as a check judges a token service that was asked; None where it is none that a challenge names.

    The recorder's own answers are none of the service's.
    """
    if call.part is not Part.TOKEN_SERVICE or call.recorded.by_recorder:
        return None
    registry = story.realms.get(call.exchange.url.partition("?")[0])
    if registry is None:
        return None
    given = call.recorded.given
    trial = Trial(_GIVEN, True, call.exchange, given.token if given is not None else None, None)
    return _trials(trial, registry, challenge_at(registry, story))


def challenge_at(origin: str, story: Story) -> Challenge | None:
    """The last bearer challenge of a registry."""
    found = story.challenges.get(origin)
    return found[0] if found is not None else None


def product_at(call: Call, story: Story) -> Product:
    """Which registry it is: GitLab's names its version in each answer; the others say nothing of the kind."""
    known = story.registries.get(origin_of(call))
    for one in (call, *((known,) if known is not None else ())):
        if one.exchange.header("Gitlab-Container-Registry-Version"):
            quote = one.exchange.quote("Gitlab-Container-Registry-Version")
            return Product(Generation.GITLAB, (), (quote,))
    return Product(None, reason=_UNTOLD)


def asked_actions(given: TokenGiven, repository: str) -> frozenset[str]:
    """What the token service was asked for, of one repository."""
    asked = parse_scopes(given.scope)
    return frozenset(action for one in asked if one.name == repository for action in one.actions)


def _trials(trial: Trial, registry: str, challenge: Challenge | None) -> TokenTrials:
    realm, service = (challenge.realm or "", challenge.service or "") if challenge is not None else ("", "")
    return TokenTrials((trial,), registry, realm, service)


def refused_in_time(call: Call, story: Story) -> TokenTrials | None:
    """The call as a check judges it, where the registry calls a token invalid that was shown within its time.

    None for what clients meet on healthy ways: a token that has run out and is renewed, one that opens too little, a
    challenge that only asks for one, and a token that the same registry has taken before.
    """
    if call.status != 401 or not bearer(call):
        return None
    trials = trials_of(call, story)
    trial = trials.issued if trials is not None else None
    if trial is None or not trial.called_invalid or not is_good_in_time(call, story):
        return None
    return None if taken_before(call, story) is not None else trials


def refused_early(call: Call) -> bool:
    """Whether the token was not good yet, by the Date of the answer: no token is meant to be."""
    shown, at = call.recorded.shown, judged_at(call.exchange, None)
    token = shown.token if shown is not None else None
    return bool(token and at and token.not_before is not None and token.not_before - LEEWAY > at.latest)
