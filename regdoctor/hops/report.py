"""The walk as JSON, version 1 (hops-1.schema.json beside this file), and as a line for each hop."""

from __future__ import annotations

import json
from typing import Any

import regdoctor
from regdoctor.distribution.timestamps import timestamp
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.hops import Asked
from regdoctor.evidence.trial_push import TrialPush
from regdoctor.foreign_text import clean, spelt_out
from regdoctor.hops.pushes import push_opinion
from regdoctor.hops.rows import Row, Walk


def render_json(walk: Walk) -> str:
    """One document, indented, ending in a newline."""
    return json.dumps(document(walk), indent=2, ensure_ascii=False) + "\n"


def render_short(walk: Walk) -> str:
    """The sentence, then a line for each hop: mark, name, address, answer, who wrote it; and what pushes left there."""
    lines = [walk.sentence]
    for row in walk.rows:
        words = (row.mark, row.name, row.url, row.status, row.answered_by and f"by {row.answered_by}")
        lines += [" · ".join(filter(None, words)), *row.left]
    return "\n".join(lines) + "\n"


def document(walk: Walk) -> dict[str, Any]:
    """The walk as JSON version 1; every text in it is redacted and one line."""
    hops, said = walk.hops, walk.verdict
    return {
        "schema": "regdoctor.hops/1",
        "regdoctor": regdoctor.__version__,
        "started": timestamp(hops.started),
        "duration_ms": round(hops.seconds * 1000),
        "request": walk.request,
        "asked_as": walk.asked_as,
        "not_pushed": walk.not_pushed or None,
        "verdict": {
            "result": said.result.value,
            "sentence": walk.sentence,
            "starts_at": said.starts_at.value if said.starts_at else None,
            "certain": said.certain,
        },
        "hops": [_hop(row) for row in walk.rows],
    }


def _hop(row: Row) -> dict[str, Any]:
    hop = row.hop
    exchanges = [_asked(asked) for asked in hop.asked]
    if hop.s3 is not None:
        exchanges += [_request(call.exchange, "identity", logged_in=True) for call in hop.s3.calls]
    return {
        "kinds": [kind.value for kind in hop.kinds],
        "name": row.name,
        "address": row.url or None,
        "state": row.mark.replace(" ", "_"),
        "starts_here": row.starts_here,
        "status": row.status or None,
        "duration_ms": None if row.seconds is None else round(row.seconds * 1000),
        "answered_by": row.answered_by or None,
        "not_tried": clean(hop.not_tried) or None,
        "notes": [*row.notes, *row.left],
        "addresses": [
            {
                "address": clean(look.address),
                "reachable": look.failure is None,
                "duration_ms": round(look.seconds * 1000),
            }
            for look in (hop.addresses.looks if hop.addresses else ())
        ],
        "requests": exchanges,
        "pushes": [_push(push) for push in hop.pushes],
    }


def _asked(asked: Asked) -> dict[str, Any]:
    return _request(asked.exchange, asked.purpose.value, logged_in=asked.logged_in)


def _request(exchange: Exchange, purpose: str, *, logged_in: bool) -> dict[str, Any]:
    return {
        "purpose": purpose,
        "method": exchange.method,
        # A query may be a signature.
        "url": clean(exchange.url.partition("?")[0]),
        "status": exchange.status,
        "failure": clean(exchange.failure.message) if exchange.failure else None,
        "duration_ms": round(exchange.seconds * 1000),
        "tls_verified": exchange.verified,
        "logged_in": logged_in,
    }


def _push(push: TrialPush) -> dict[str, Any]:
    return {
        "manner": push.manner.value,
        "repository": clean(push.repository),
        "size": push.size,
        "succeeded": push.succeeded,
        "fault": push_opinion(push).right is False,
        "stopped": clean(push.stopped) or None,
        "location": clean(push.location.partition("?")[0]) or None,
        "left": [spelt_out(line) for line in push.left],
        "duration_ms": round(push.seconds * 1000),
    }
