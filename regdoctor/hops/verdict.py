"""The one sentence: at which hop it goes wrong, by the answers of all of them."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from regdoctor.evidence.hops import HopKind, Hops
from regdoctor.hops.pushes import push_opinion, what_stays
from regdoctor.hops.starting_point import before_the_registry, by_location, from_outside, location_of, proxy_of
from regdoctor.hops.states import State, name_of, state_of

_INWARDS = (HopKind.STORAGE, HopKind.REGISTRY, HopKind.UPSTREAM, HopKind.PUBLIC)
"""The way of a request, the innermost first. Token service and debug server stand beside it."""
_WOULD_TELL = "--root DIR on the registry's host, or --upstream URL, would tell"
_MOST = 220
"""Characters of the sentence: three lines of 80 columns, which words do not fill to the last."""
_LEAST = 40
"""Characters that any part of it is left."""
_PROXY_WOULD_TELL = "the proxy's configuration, or --upstream URL, would tell"


class Result(enum.StrEnum):
    """What a walk came to."""

    FINE = "fine"
    FAULT = "fault"
    NOTHING = "nothing"
    """Nothing could be asked, or no answer tells."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where it goes wrong."""

    result: Result
    sentence: str
    """For people, with a capital and a full stop."""
    starts_at: HopKind | None = None
    """The hop at which the fault starts; the nearest that could be asked where that is not certain."""
    certain: bool = True
    """False where it may start behind that hop, or before it: what would tell was not asked."""


def verdict(hops: Hops) -> Verdict:
    """Walk from the innermost hop outwards; the fault starts at the first whose answer is wrong."""
    states = tuple(state_of(hop) for hop in hops.hops)
    if not any(state.tried for state in states):
        why = next((state.words for state in states if state.words), "no address is known")
        return Verdict(Result.NOTHING, _told("Nothing could be asked: ", why, "."))
    way = [state for state in _inwards(states) if state.tried]
    fault = next((state for state in way if state.right is False), None)
    return _storage_by_health(states, fault) or (
        _fault(fault, way, states) if fault else _beside(way, states, hops.not_pushed)
    )


def _inwards(states: Sequence[State]) -> list[State]:
    found = (next((state for state in states if kind in state.hop.kinds), None) for kind in _INWARDS)
    return list(dict.fromkeys(state for state in found if state is not None))


def _storage_by_health(states: Sequence[State], fault: State | None) -> Verdict | None:
    """What the registry's own report says of its storage, where the storage itself could not show it."""
    debug, storage = _of(states, HopKind.DEBUG), _of(states, HopKind.STORAGE)
    if debug is None or debug.right is not False or "storagedriver" not in debug.words:
        return None
    if fault is not None and HopKind.STORAGE in fault.hop.kinds:
        return None
    fine = storage is not None and storage.right
    where = "between the registry and its storage, which answers from here" if fine else "at the storage"
    start = f"The {debug.symptom} starts {where}, as the registry's own health report says: "
    return Verdict(Result.FAULT, _told(start, debug.words.rstrip("."), "."), HopKind.STORAGE, certain=False)


def _fault(fault: State, way: Sequence[State], states: Sequence[State]) -> Verdict:
    inner, leads_to = way[: way.index(fault)], ""
    registry_is_fine = any(
        HopKind.REGISTRY in state.hop.kinds or HopKind.UPSTREAM in state.hop.kinds for state in inner
    )
    if fault.sent_on:
        place, kind, certain = f"where {_the(fault)} sends the request on", fault.hop.kind, True
    elif HopKind.PUBLIC not in fault.hop.kinds or HopKind.REGISTRY in fault.hop.kinds:
        place, kind, certain = f"at {_the(fault)}", fault.hop.kind, True
        if HopKind.REGISTRY in fault.hop.kinds:
            kind = HopKind.REGISTRY
    elif leads_to := location_of(fault):
        place, kind, certain = by_location(fault, inner, leads_to)
    elif registry_is_fine:
        place, kind, certain = before_the_registry(fault, inner)
    else:
        place, kind, certain = from_outside(fault)
    breaks = "A push would break" if fault.foreseen else "The push breaks"
    start = f"{breaks} {place}" if fault.by_push else f"The {fault.symptom} starts {place}"
    how = f": Location leads to {leads_to}" if leads_to and not certain else _how(fault)
    rest = [*_passing_on(fault, way), *_besides(fault, states), *filter(None, [_stays(states)])]
    hint = "" if certain else f" ({_PROXY_WOULD_TELL if registry_is_fine else _WOULD_TELL})"
    end = f"{'; '.join(['', *_fine(fault, states), *rest])}{hint}."
    if len(start) + len(how) + len(end) > _MOST:
        end = f"{'; '.join(['', *_fine(fault, states, counted=True), *rest])}{hint}."
    return Verdict(Result.FAULT, _told(start, how, end), kind, certain)


def _beside(way: Sequence[State], states: Sequence[State], not_pushed: str) -> Verdict:
    """The way itself shows no fault: what stands beside it may."""
    for kind in (HopKind.TOKEN, HopKind.DEBUG):
        state = _of(states, kind)
        if state is not None and state.right is False:
            sentence = "; ".join([f"The {state.symptom} starts at {_the(state)}", *_fine(state, states)])
            return Verdict(Result.FAULT, f"{sentence}.", kind)
    unclear = [state for state in way if state.right is None]
    if unclear and not any(state.right for state in way):
        words = f": {unclear[0].words}" if unclear[0].words else ""
        return Verdict(Result.NOTHING, _told(f"The answer of {_the(unclear[0])} does not tell", words, "."))
    in_part = unclear or any(not state.tried and state.hop.applicable for state in states)
    if why := not_pushed or _not_pushed(states):
        rest = "; every hop that can be asked from here is fine." if in_part else "; every hop is fine."
        return Verdict(Result.NOTHING, _told("Nothing was pushed: ", why, rest))
    was_tried = any(state.hop.pushes for state in states)
    stays = _stays(states) if was_tried else "no push was tried (--push)"
    pushed = f"; {stays}" if stays else ""
    if in_part:
        fine = [_the(state) for state in states if state.right] or [_the(state) for state in states if state.tried]
        words = f"Every hop that can be asked from here is fine: {_joined(fine)}"
        return Verdict(Result.FINE, _told(words, pushed, "."), certain=False)
    return Verdict(Result.FINE, _told("Every hop is fine", pushed, "."))


def _not_pushed(states: Sequence[State]) -> str:
    """Why no trial push came about, where some were tried and nothing is at fault; empty where one did."""
    told = [push_opinion(push) for state in states for push in state.hop.pushes]
    return told[0].words if told and not any(found.right for found in told) else ""


def _stays(states: Sequence[State]) -> str:
    return what_stays([push for state in states for push in state.hop.pushes])


def _told(start: str, words: str, end: str) -> str:
    """The sentence, `words`, which may be of any length, cut to what the rest leaves."""
    room = max(_MOST - len(start) - len(end), _LEAST)
    return f"{start}{words if len(words) <= room else f'{words[: room - 1].rstrip()}…'}{end}"


def _fine(fault: State, states: Sequence[State], *, counted: bool = False) -> list[str]:
    """The hops that are right, by name; counted: by number alone, which is shorter."""
    names = [_the(state) for state in states if state.right and state is not fault]
    if counted and len(names) > 1:
        return [f"{len(names)} other hops are fine"]
    return [f"{_joined(names)} {'is' if len(names) == 1 else 'are'} fine"] if names else []


def _passing_on(fault: State, way: Sequence[State]) -> list[str]:
    """What is wrong only because of what lies behind it."""
    by_symptom: dict[str, list[str]] = {}
    for state in way[way.index(fault) + 1 :]:
        if state.right is False:
            by_symptom.setdefault(state.symptom, []).append(proxy_of(state) or _the(state))
    return [
        f"{_joined(names)} {'passes' if len(names) == 1 else 'pass'} it on"
        f"{'' if symptom == fault.symptom else f' as {symptom}'}"
        for symptom, names in by_symptom.items()
    ]


def _besides(fault: State, states: Sequence[State]) -> list[str]:
    """The token service's own trouble: it stands beside the way."""
    token = _of(states, HopKind.TOKEN)
    wrong = token is not None and token is not fault and token.right is False
    if fault.refuses_login and token is not None and token.symptom == fault.symptom:
        return []  # the same refusal, seen a second time
    return [f"the token service has trouble too ({token.symptom})"] if token is not None and wrong else []


def _how(fault: State) -> str:
    """What is to be added: how a push broke off, or why TLS failed; empty where the symptom says it."""
    if not fault.by_push:
        # The certificate's own trouble, without address and without what a TLS failure is anyway.
        return f": {fault.words.rpartition('not accepted: ')[2]}" if fault.symptom == "TLS failure" else ""
    if fault.symptom.isdigit():
        return f" with {fault.symptom}"
    return f": {fault.words.partition('; ')[0].rstrip('.')}"


def _of(states: Sequence[State], kind: HopKind) -> State | None:
    return next((state for state in states if kind in state.hop.kinds), None)


def _the(state: State) -> str:
    return f"the {name_of(state.hop)}"


def _joined(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""
