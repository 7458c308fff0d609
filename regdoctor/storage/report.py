"""The permission matrix as a table and as JSON version 1 (storage-permissions-1.schema.json beside this file)."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from itertools import groupby
from typing import Any

import regdoctor
from regdoctor.foreign_text import clean
from regdoctor.redaction import redact
from regdoctor.storage.permission_table import Allowed, PermissionTable, Result, TableRow

_WIDTHS = (26, 14, 16)
"""Columns of call, area and allowed; what is left is for what breaks."""


def sentence(table: PermissionTable) -> str:
    """The answer in one sentence."""
    bucket = clean(table.bucket)
    refused = sum(row.harmful for row in table.rows)
    if table.result is Result.NOTHING:
        reason = table.unusable or "no call could be judged"
        return f"What the registry's identity may do in {bucket} cannot be told: {clean(reason)}."
    untried = sum(row.allowed in (Allowed.NOT_TRIED, Allowed.UNKNOWN) for row in table.rows)
    rest = f" {untried} of {len(table.rows)} calls could not be told." if untried else ""
    if untried and not table.writes_tried:
        rest = f"{rest[:-1]}; those that write are tried with --allow-writes."
    if refused:
        calls = "call" if refused == 1 else "calls"
        fails = "fails" if len(table.breaks) == 1 else "fail"
        return f"{bucket} refuses {refused} {calls} to the registry's identity: {_list(table.breaks)} {fails}.{rest}"
    return f"{bucket} refuses the registry's identity nothing that it needs.{rest}"


def render_text(table: PermissionTable, width: int) -> str:
    """For people: the sentence, the table by the permission that a call takes, what is missing, and the whole policy.

    width: in columns, at least 80; only what is to be pasted may be wider.
    """
    word, granted = table.container.capitalize(), table.granted_by
    page = [*_wrapped(sentence(table), width), ""]
    page += _wrapped(f"{word}: {clean(table.url)}, for {clean(table.product)}", width, len(word) + 2)
    named = table.identity
    line = f":{named.line}" if named.line else ""
    asked_as = f"; as the registry: {clean(table.asked_as)}" if table.asked_as else ""
    page += [*_wrapped(f"Identity: {clean(named.quote)} ({clean(named.source)}{line}){asked_as}", width, 10), ""]
    page.append(_line("CALL", "AREA", "ALLOWED", "WITHOUT IT, WHAT FAILS", width)[0])
    ordered = sorted(table.rows, key=lambda row: (row.rank, row.grants))
    for grants, rows in groupby(ordered, key=lambda row: row.grants):
        page += [" + ".join(grants)]
        for row in rows:
            page += _row(row, width, f"the {table.container}")
    page.append("")
    for note in table.notes:
        page += [*_wrapped(clean(note), width), ""]
    if table.left:
        page += [*_wrapped(f"Left behind: {clean(table.left)}", width), ""]
    if table.missing:
        page += [f"Add to the {granted} of the registry's identity:", "", *_json(table.missing), ""]
    page += [f"The whole {granted} that the registry needs:", "", *_json(table.policy)]
    return "\n".join(page) + "\n"


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
    lines = textwrap.wrap(breaks, max(width, 80) - sum(_WIDTHS)) or [""]
    return [f"{first}{lines[0]}".rstrip(), *(" " * sum(_WIDTHS) + line for line in lines[1:])]


def _wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    lead = text[: len(text) - len(text.lstrip())]
    return textwrap.wrap(
        text.lstrip(),
        max(width, 80),
        initial_indent=lead,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
    )


def _list(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
