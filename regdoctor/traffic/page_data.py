"""What the page of a recording knows of each call and step, as compact JSON that can stand within HTML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from regdoctor.evidence.call import Call, Part
from regdoctor.foreign_text import clean
from regdoctor.traffic.diagnosis import Diagnosis
from regdoctor.traffic.sessions import Session, Step

_LONGEST_TEXT = 2_000
"""Characters of a header, an address or a sentence."""
_LONGEST_BODY = 8_000
_MOST_HEADERS = 100
_ALWAYS = (Part.REGISTRY, Part.TOKEN_SERVICE, Part.STORE)
"""Lanes that are drawn even where nothing was asked there: that is told, too."""
_BREAKS_OUT = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
"""What could end a script element; JSON has these characters in strings alone."""


@dataclass(slots=True)
class _Texts:
    """Each text once: headers and meanings come again with every call."""

    listed: list[str] = field(default_factory=list)
    _places: dict[tuple[str, int], int] = field(default_factory=dict)

    def place(self, raw: str, longest: int = _LONGEST_TEXT) -> int:
        """Where the text stands in the list: redacted, in one line, and cut."""
        key = (raw, longest)
        found = self._places.get(key)
        if found is None:
            text = clean(raw, longest)
            if len(raw) > longest and text.endswith("…"):
                text = f"{text} (cut: {len(raw):,} characters)"
            found = self._places[key] = len(self.listed)
            self.listed.append(text)
        return found


def lanes_of(calls: Iterable[Call]) -> tuple[Part, ...]:
    """Who gets a lane beside the client: registry, token service and bucket always, others where they were asked."""
    asked = {call.part for call in calls}
    return tuple(part for part in Part if part in _ALWAYS or part in asked)


def page_json(diagnosis: Diagnosis, calls: Sequence[Call], *, is_whole: bool = True) -> str:
    """The data that the scripts of the page draw from, in ASCII and safe within a script element.

    is_whole: whether every call of the recording is among `calls`.

    `z`: when the recording began, seconds since the epoch; `w`: 1 where it is not whole; `t`: texts, to which other
    numbers point; `f`: checks; `l`: lanes; `s`: sessions with steps; `c`: calls by their number. Times are milliseconds
    since the recording began. What model.js reads by position is written in that order.
    """
    texts, lanes = _Texts(), lanes_of(calls)
    seen = _seen(diagnosis)
    checks = sorted({name for names in seen.values() for name in names})
    places = {name: place for place, name in enumerate(checks)}
    data = {
        "z": diagnosis.started,
        "w": int(not is_whole),
        "s": [_session(session, diagnosis.started, texts) for session in diagnosis.sessions],
        "c": {
            call.number: _call(call, diagnosis.started, texts, lanes, [places[n] for n in seen.get(call.number, ())])
            for call in calls
        },
        "l": [part.value for part in lanes],
        "f": checks,
        "t": texts.listed,
    }
    return json.dumps(data, separators=(",", ":")).translate(_BREAKS_OUT)


def _seen(diagnosis: Diagnosis) -> dict[int, list[str]]:
    """The checks that each call showed to fail."""
    seen: dict[int, list[str]] = {}
    for sighting in diagnosis.sightings:
        for number in sighting.calls:
            names = seen.setdefault(number, [])
            if sighting.check not in names:
                names.append(sighting.check)
    return seen


def _session(session: Session, zero: float, texts: _Texts) -> list[Any]:
    return [
        session.number,
        texts.place(session.name.removeprefix("the ")),
        session.state.value,
        _milliseconds(session.started - zero),
        _milliseconds(session.ended - session.started),
        session.calls,
        session.retries,
        texts.place(session.client),
        texts.place(session.registry),
        [_step(step, zero, texts) for step in session.steps],
    ]


def _step(step: Step, zero: float, texts: _Texts) -> list[Any]:
    failed = step.failed_call is not None
    return [
        texts.place(step.name),
        texts.place(step.subject),
        step.state.value,
        _milliseconds(step.started - zero),
        _milliseconds(step.ended - step.started),
        step.calls,
        step.count,
        step.retries,
        step.failed_call or 0,
        texts.place(step.failure) if failed else -1,
        texts.place(step.finding) if step.finding else -1,
    ]


def _call(call: Call, zero: float, texts: _Texts, lanes: Sequence[Part], findings: list[int]) -> list[Any]:
    recorded, exchange = call.recorded, call.exchange
    began = exchange.started or recorded.ended
    failure = exchange.failure.message if exchange.failure else ""
    row: list[Any] = [
        lanes.index(call.part),
        exchange.method[:40] if exchange.method.isalpha() else clean(exchange.method, 40),
        texts.place(exchange.url),
        exchange.status or 0,
        _milliseconds(began - zero),
        _milliseconds(recorded.ended - began),
        texts.place(call.meaning),
        int(call.normal and not failure),
        _headers(((name, str(value)) for name, value in exchange.request_headers), texts),
        _headers(exchange.headers, texts),
        texts.place(recorded.client),
        texts.place(exchange.peer or ""),
        call.sent_by or 0,
        findings,
        _body(recorded.request_body, texts),
        _body(exchange.body, texts),
        texts.place(failure) if failure else -1,
        -1 if recorded.request_size is None else recorded.request_size,
        -1 if recorded.response_size is None else recorded.response_size,
    ]
    return row


def _headers(headers: Iterable[tuple[str, str]], texts: _Texts) -> list[int]:
    """At most a hundred; beyond, a line says how many there are more."""
    pairs = list(headers)
    placed = [texts.place(f"{name}: {value}") for name, value in pairs[:_MOST_HEADERS]]
    if (more := len(pairs) - _MOST_HEADERS) > 0:
        placed.append(texts.place(f"…: {more} more"))
    return placed


def _body(body: bytes, texts: _Texts) -> int:
    return texts.place(body.decode(errors="replace"), _LONGEST_BODY) if body else -1


def _milliseconds(seconds: float) -> float:
    """With a tenth; whole ones without a point, which saves two characters for each."""
    rounded = round(max(0.0, seconds) * 1000, 1)
    return int(rounded) if rounded == int(rounded) else rounded
