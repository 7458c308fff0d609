"""What was found out about a token, as text and as JSON version 1 (token-1.schema.json beside this file)."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass
from typing import Any

import regdoctor
from regdoctor.distribution.scopes import Access, missing
from regdoctor.distribution.timestamps import timestamp
from regdoctor.distribution.token_verdicts import Verdict, key_id_kind
from regdoctor.foreign_text import clean
from regdoctor.tokens.grants import grant_in_words, remedy_of, shortfall
from regdoctor.tokens.inspection import NAMES, Inspection
from regdoctor.tokens.rows import rows, signature_in_words

_NAME = 19
"""Columns for names, the longest of which is a product's."""
_LONGEST_LINE = 4096
"""Characters of a log line, which is told as it stands."""
_REFRESHED = {True: "one came with it, and was not kept", False: "none came, although one was asked for"}
_MOST = 100
"""Entries of access in the JSON."""


@dataclass(frozen=True, slots=True)
class Requested:
    """How the token was got, where it was asked for."""

    realm: str
    service: str
    asked: tuple[Access, ...]
    walked: tuple[str, ...]
    """A line for each request with its answer, in order."""
    told: tuple[Access, ...] | None = None
    """What the token service says that it granted: the one word on it of a token that cannot be read; None: nothing."""
    closed: tuple[str, ...] = ()
    """What the registry refused with it, unless the token does not grant it: `pull on a/b: 401 UNAUTHORIZED`."""
    refresh_token: bool | None = None
    """Whether a refresh token came; None where none was asked for."""
    anonymous: bool = False
    """Whether it was asked for without a login."""

    def granted(self, seen: Inspection) -> tuple[Access, ...] | None:
        """By the token, else by the token service; None where neither tells."""
        return seen.access if seen.read is not None else self.told

    def remedy(self, seen: Inspection) -> str:
        """What to do where less was granted than asked for; empty where nothing is to be done about it."""
        return remedy_of(self.asked, self.granted(seen), anonymous=self.anonymous)


def render_text(seen: Inspection, requested: Requested | None, width: int, *, show_token: bool = False) -> str:
    """For people, at most `width` columns but for words that are longer; the first line is the answer."""
    page = [*_wrapped("", f"{answer(seen, requested)}.", width), ""]
    if requested:
        for line in requested.walked:
            page += _wrapped("asked", clean(line), width)
        for asked in requested.asked:
            page += _wrapped("scope", grant_in_words(asked, requested.granted(seen)), width)
        if remedy := requested.remedy(seen):
            page += _wrapped("remedy", remedy, width)
        if requested.refresh_token is not None:
            page += _wrapped("refresh token", _REFRESHED[requested.refresh_token], width)
        page.append("")
    for name, words in rows(seen):
        page += _wrapped(name, words, width)
    # Once the registry itself has judged the token, what cannot be told of other registries is of no use.
    told = [one for one in seen.verdicts if one.accepted is not None or seen.seen_accepted is None]
    page += [""] if told else []
    for verdict in told:
        page += verdict_lines(verdict, width)
    if show_token:
        page += ["", seen.token.reveal()]
    return "\n".join(page) + "\n"


def render_json(seen: Inspection, requested: Requested | None, *, show_token: bool = False) -> str:
    """One document, indented, ending in a newline."""
    told = document(seen, requested)
    if show_token:
        told["token"] = seen.token.reveal()
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def answer(seen: Inspection, requested: Requested | None) -> str:
    """The one sentence; for a token that was asked for, with what was not granted, and what is refused all the same."""
    parts = [seen.sentence]
    if requested:
        less = shortfall(requested.asked, requested.granted(seen))
        parts += [f"less was granted than asked for: {less}"] if less else []
        parts += [f"the registry refuses with it {clean(one)}" for one in requested.closed]
    return "; ".join(parts)


def verdict_lines(verdict: Verdict, width: int) -> list[str]:
    """Whether it is accepted, why not, and by itself, unbroken, the line that the registry's log then has."""
    name, mode = NAMES[verdict.product], f" ({verdict.mode})" if verdict.mode else ""
    if verdict.accepted:
        return _wrapped(name, "accepts it", width)
    if verdict.accepted is None:
        return _wrapped(name, f"cannot be told: {clean(verdict.why)}", width)
    said = _wrapped(name, f"refuses it{mode}: {clean(verdict.why)}", width)
    if not verdict.line:
        return said
    return [*said, f"{'':<{_NAME}}and logs:", f"{'':<{_NAME}}{clean(verdict.line, _LONGEST_LINE)}"]


def document(seen: Inspection, requested: Requested | None) -> dict[str, Any]:
    """JSON version 1; every text in it is redacted and one line. Without the token."""
    read = seen.read
    kid = read.kid if read else None
    return {
        "schema": "regdoctor.token/1",
        "regdoctor": regdoctor.__version__,
        "judged": timestamp(seen.now),
        "result": seen.result.value,
        "sentence": answer(seen, requested),
        "product": seen.product.value if seen.product else None,
        "malformed": seen.unreadable or None,
        "key_id": None
        if kid is None
        else {
            "kid": clean(kid),
            "kind": key_id_kind(kid),
            "names": list(dict.fromkeys(clean(key.source) for key in seen.named_keys)),
        },
        "signature": {
            "present": seen.parts.signed,
            "verified": None if not seen.trust.keys else seen.signed_by is not None,
            "words": signature_in_words(seen),
        },
        "times": {
            name: None if value is None else timestamp(value)
            for name, value in (
                ("issued", read.issued if read else None),
                ("not_before", read.not_before if read else None),
                ("expires", read.expires if read else None),
            )
        },
        "access": [_access(entry) for entry in seen.access[:_MOST]],
        "words": [{"name": name, "words": words} for name, words in rows(seen)],
        "verdicts": [_verdict(verdict) for verdict in seen.verdicts],
        "request": None if requested is None else _requested(requested, seen),
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "product": verdict.product.value,
        "accepted": verdict.accepted,
        "line": clean(verdict.line, _LONGEST_LINE) or None,
        "mode": verdict.mode or None,
        "why": clean(verdict.why) or None,
    }


def _requested(requested: Requested, seen: Inspection) -> dict[str, Any]:
    granted = requested.granted(seen)
    return {
        "realm": clean(requested.realm.partition("?")[0]),
        "service": clean(requested.service),
        "walked": [clean(line) for line in requested.walked],
        "scopes": [
            {"asked": _access(one), "missing": None if granted is None else list(missing(one, granted))}
            for one in requested.asked
        ],
        "closed": [clean(one) for one in requested.closed],
        "refresh_token": requested.refresh_token,
        "remedy": requested.remedy(seen) or None,
    }


def _access(entry: Access) -> dict[str, Any]:
    return {
        "type": clean(entry.type),
        "name": clean(entry.name),
        "actions": [clean(action) for action in entry.actions[:_MOST]],
    }


def _wrapped(name: str, words: str, width: int) -> list[str]:
    lead = f"{name[: _NAME - 2]:<{_NAME}}" if name else ""
    return textwrap.wrap(
        words,
        max(width, 40),
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [lead.rstrip()]
