"""The permission matrix as a table and as JSON version 1 (storage-permissions-1.schema.json beside this file)."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import regdoctor
from regdoctor.foreign_text import clean
from regdoctor.redaction import redact
from regdoctor.storage.permission_table import Allowed, PermissionTable, Result, TableRow

_WIDTHS = (26, 14, 16)
"""Columns of call, area and allowed; what is left is for what breaks."""
_NARROWEST = 16
"""Columns for what breaks; with fewer it goes below."""
_IF_THERE = {
    "policy": " (look for a Deny or a condition, in the bucket's policy too, if it is there already)",
    "role": "",
}


def sentence(table: PermissionTable) -> str:
    """The answer in one sentence."""
    bucket = clean(table.bucket)
    refused = sum(row.harmful for row in table.rows)
    if table.result is Result.NOTHING:
        reason = table.unusable or "no call could be judged"
        return f"What the registry's identity may do in {bucket} cannot be told: {clean(reason)}."
    rest = "".join(f" {one}" for one in _untold(table))
    if not refused:
        what = f"the registry's identity nothing that it needs.{rest}"
        return f"Of what was tried, {bucket} refuses {what}" if rest else f"{bucket} refuses {what}"
    every = refused + len(table.needless)
    needed = "" if every == refused else f", of which {refused} {'is' if refused == 1 else 'are'} needed"
    calls = f"{every} {'call' if every == 1 else 'calls'} to the registry's identity{needed}"
    return f"{bucket} refuses {calls}: {_list(table.breaks)} {'fails' if len(table.breaks) == 1 else 'fail'}.{rest}"


def _untold(table: PermissionTable) -> Iterator[str]:
    """Sentences: how many calls nothing is known of, and why."""
    every = len(table.rows)
    if unknown := sum(row.allowed is Allowed.UNKNOWN for row in table.rows):
        yield f"{unknown} of {every} calls could not be told."
    untried = Counter(row.reason for row in table.rows if row.allowed is Allowed.NOT_TRIED)
    for reason, count in untried.items():
        why = "they write, which takes --allow-writes" if "--allow-writes" in reason else clean(reason)
        yield f"{count} of {every} calls {'was' if count == 1 else 'were'} not tried: {why}."


def render_text(table: PermissionTable, width: int) -> str:
    """For people: the sentence, the table by the permission that a call takes, what is missing, and the whole policy.

    width: in columns; what is to be pasted and addresses may be wider, and below 56 the table itself.
    """
    word, granted = table.container.capitalize(), table.granted_by
    page = [*_wrapped(sentence(table), width), ""]
    page += _wrapped(f"{word}: {clean(table.url)}, for {clean(table.product)}", width, len(word) + 2)
    named = table.identity
    line = f":{named.line}" if named.line else ""
    asked_as = f"; as the registry: {clean(table.asked_as)}" if table.asked_as else ""
    page += [*_wrapped(f"Identity: {clean(named.quote)} ({clean(named.source)}{line}){asked_as}", width, 10), ""]
    if table.result is not Result.NOTHING or not table.unusable:  # else each row would say what the sentence says
        page += _rows(table, width)
    for note in table.notes:
        page += [*_wrapped(clean(note), width), ""]
    if table.left:
        page += [*_wrapped(f"Left behind: {clean(table.left)}", width), ""]
    page += _missing(table, width)
    page += [f"The whole {granted} that the registry needs:", "", *_json(table.policy)]
    return "\n".join(page) + "\n"


def _rows(table: PermissionTable, width: int) -> Iterator[str]:
    """The table itself, by the permission that a call takes."""
    yield from _line("CALL", "AREA", "ALLOWED", "WITHOUT IT, WHAT FAILS", width)
    ordered = sorted(table.rows, key=lambda row: (row.rank, row.grants))
    for grants, rows in groupby(ordered, key=lambda row: row.grants):
        yield " + ".join(grants)
        for row in rows:
            yield from _row(row, width, f"the {table.container}")
    yield ""


def _missing(table: PermissionTable, width: int) -> Iterator[str]:
    """What has to be granted, each statement by itself: a list would be one too many where it is pasted into one."""
    if table.missing:
        statements = "statements of the policy" if table.granted_by == "policy" else table.granted_by
        yield from _wrapped(f"Add to the {statements} of the registry's identity{_IF_THERE[table.granted_by]}:", width)
        yield ""
        yield from ",\n".join("\n".join(_json(one)) for one in table.missing).splitlines()
        yield ""
    if table.needless:
        calls = [f"{row.shown or row.call} ({', '.join(row.grants)}): {row.why}" for row in table.needless]
        yield from _wrapped("Refused, and nothing fails for it:", width)
        for call in dict.fromkeys(calls):
            yield from _wrapped(f"  {call}", width, 4)
        yield ""


def render_json(table: PermissionTable) -> str:
    """One document, indented, ending in a newline."""
    return json.dumps(document(table), indent=2, ensure_ascii=False) + "\n"


def document(table: PermissionTable) -> dict[str, Any]:
    """The table as JSON version 1; every text in it is redacted."""
    named = table.identity
    return {
        "schema": "regdoctor.storage-permissions/1",
        "regdoctor": regdoctor.__version__,
        "result": table.result.value,
        "sentence": sentence(table),
        "product": clean(table.product),
        "storage": {
            "driver": table.driver,
            "url": clean(table.url),
            "region": clean(table.region),
            "bucket": clean(table.bucket),
            "rootdirectory": clean(table.rootdirectory),
            "key": clean(table.key) or None,
        },
        "identity": {
            "source": clean(named.source),
            "line": named.line,
            "quote": clean(named.quote),
            "asked_as": clean(table.asked_as) or None,
        },
        "writes_tried": table.writes_tried,
        "left": clean(table.left) or None,
        "calls": [_call(row) for row in table.rows],
        "missing": _redacted(table.missing),
        "policy": _redacted(table.policy),
    }


def _call(row: TableRow) -> dict[str, Any]:
    return {
        "call": row.call,
        "area": row.area or "bucket",
        "key": clean(row.key, 1100) or None,
        "allowed": row.allowed.value.replace(" ", "_"),
        "reason": clean(row.reason) or None,
        "status": row.status,
        "code": clean(row.code) or None,
        "breaks": list(row.breaks),
        "why": row.why,
        "actions": list(row.grants),
    }


def _redacted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _redacted(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(one) for one in value]
    return redact(value) if isinstance(value, str) else value


def _json(value: Any) -> list[str]:
    return json.dumps(_redacted(value), indent=2).splitlines()


def _row(row: TableRow, width: int, whole: str) -> list[str]:
    shown = _line(
        f"  {row.shown or row.call}", row.area or whole, row.allowed.value, ", ".join(row.breaks) or "nothing", width
    )
    if row.reason and row.allowed in (Allowed.NO, Allowed.UNKNOWN):
        shown += _wrapped(f"    {clean(row.reason)}", width, 6)
    return shown


def _line(call: str, area: str, allowed: str, breaks: str, width: int) -> list[str]:
    first = "".join(word.ljust(columns) for word, columns in zip((call, area, allowed), _WIDTHS, strict=True))
    left = width - sum(_WIDTHS)
    if left < _NARROWEST:
        return [first.rstrip(), *_wrapped(f"    {breaks}", width, 4)]
    lines = textwrap.wrap(breaks, left) or [""]
    return [f"{first}{lines[0]}".rstrip(), *(" " * sum(_WIDTHS) + line for line in lines[1:])]


def _wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    """The text in lines; a word that is longer than a line, as an address may be, is left whole to be copied."""
    lead = text[: len(text) - len(text.lstrip())]
    return textwrap.wrap(
        text.lstrip(),
        width,
        initial_indent=lead,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _list(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
