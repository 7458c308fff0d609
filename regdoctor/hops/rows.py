"""The walk as rows of plain words, which picture and document are written from: one a hop, redacted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.hops import Asked, Hop, Hops, Purpose
from regdoctor.evidence.served_tls import ServedTls
from regdoctor.evidence.trial_push import TrialPush
from regdoctor.foreign_text import clean, spelt_out
from regdoctor.hops.pushes import push_opinion
from regdoctor.hops.states import State, name_of, state_of
from regdoctor.hops.verdict import Verdict, verdict

_SHORT = {
    FailureKind.NAME: "unknown name",
    FailureKind.TIMEOUT: "timeout",
    FailureKind.RESET: "connection closed",
}
"""In place of what is too long for a column."""


@dataclass(frozen=True, slots=True)
class Row:
    """One hop."""

    hop: Hop
    name: str
    mark: str
    """`fine`, `fault`, `unknown` or `not tried`."""
    starts_here: bool
    url: str
    seconds: float | None
    """That the first request took until its headers were there; None where nothing was asked."""
    status: str
    """`200`, `refused connection`; empty where nothing was asked."""
    answered_by: str
    notes: tuple[str, ...]
    """Further lines: what is wrong, addresses, TLS, further requests, pushes."""
    left: tuple[str, ...]
    """What trial pushes left there, with the commands that remove it: never cut short."""


@dataclass(frozen=True, slots=True)
class Walk:
    """All that is shown."""

    verdict: Verdict
    sentence: str
    request: str
    asked_as: str
    rows: tuple[Row, ...]
    not_pushed: str
    """Why nothing was pushed, where that was wanted."""
    hops: Hops


def walk_of(hops: Hops) -> Walk:
    """The rows, in a client's order, with the verdict; no secret is left in any text of it but in `hops`."""
    said = verdict(hops)
    rows = tuple(_row(state_of(hop), said) for hop in hops.hops)
    return Walk(
        said, clean(said.sentence), clean(hops.request), clean(hops.asked_as), rows, clean(hops.not_pushed), hops
    )


def _row(state: State, said: Verdict) -> Row:
    hop = state.hop
    first = _first(hop)
    mark = "not tried" if not state.tried else {True: "fine", False: "fault", None: "unknown"}[state.right]
    return Row(
        hop=hop,
        name=name_of(hop),
        mark=mark,
        starts_here=said.starts_at in hop.kinds and state.right is False,
        url=clean(hop.url),
        seconds=first.seconds if first else None,
        status=clean(_status(first)) if first else "",
        answered_by=clean(state.author),
        notes=tuple(clean(note) for note in _notes(state) if note),
        left=tuple(spelt_out(f"left behind: {line}") for push in hop.pushes for line in push.left),
    )


def _first(hop: Hop) -> Exchange | None:
    """The exchange that the row shows; of a bucket that no client was sent to, the call that was refused."""
    if hop.request is not None:
        return hop.request.exchange
    calls = sorted(hop.s3.calls, key=lambda call: call.allowed) if hop.s3 is not None else []
    return calls[0].exchange if calls else None


def _status(exchange: Exchange) -> str:
    if exchange.failure is not None:
        return _SHORT.get(exchange.failure.kind, exchange.failure.kind.value)
    return str(exchange.status)


def _notes(state: State) -> Iterator[str]:
    hop = state.hop
    if state.foreseen:
        yield f"by its configuration: {state.words}"
    elif not state.by_push:  # the push itself says it
        yield state.words
    if hop.addresses is not None:
        told = [
            f"{look.address}{f' ({look.failure.kind.value})' if look.failure else ''}" for look in hop.addresses.looks
        ]
        yield f"addresses: {', '.join(told)}" if told else ""
    if hop.tls is not None:
        yield _tls(hop.tls)
    for asked in hop.asked[1:]:
        yield _further(asked)
    if hop.s3 is not None:
        refused = [call for call in hop.s3.calls if not call.allowed]
        allowed = len(hop.s3.calls) - len(refused)
        yield f"with the registry's own credentials: {allowed} of {len(hop.s3.calls)} calls allowed"
        yield from (
            f"{call.action} {call.area or 'the bucket'}: {_status(call.exchange)} {call.code}" for call in refused
        )
    for push in hop.pushes:
        yield from _push(push)


def _tls(tls: ServedTls) -> str:
    if tls.failure is not None:
        return f"TLS: {tls.failure.message}"
    words = [tls.protocol]
    if tls.leaf is not None:
        words.append(f"certificate until {tls.leaf.facts.not_after:%Y-%m-%d}")
    if tls.by_docker is not None:
        words.append(f"not trusted: {tls.by_docker.words}")
    return ", ".join(filter(None, words))


def _further(asked: Asked) -> str:
    if asked.purpose is Purpose.REQUEST and asked.exchange.verified is False:
        return f"second look, without trust in the certificate: {asked.exchange.method} {_status(asked.exchange)}"
    return f"{asked.exchange.method} {asked.purpose.value}: {_status(asked.exchange)}"


def _push(push: TrialPush) -> Iterator[str]:
    found = push_opinion(push)
    how = "done" if push.succeeded else push.stopped if found.right is False else found.words
    yield f"{push.manner.value} push of {push.size} bytes, {push.seconds:.1f} s: {how}"
    if push.stopped.startswith("Location"):
        yield f"Location: {push.location.partition('?')[0]}"
