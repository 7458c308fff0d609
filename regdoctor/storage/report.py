"""The permission matrix as a table and as JSON version 1 (storage-permissions-1.schema.json beside this file)."""

from __future__ import annotations

import json
import textwrap
from itertools import groupby
from typing import Any

import regdoctor
from regdoctor.distribution.s3_operations import BUCKET_ACTIONS, Area, Operation, action_of
from regdoctor.foreign_text import clean
from regdoctor.redaction import redact
from regdoctor.storage.matrix import Allowed, Matrix, Result, Row

_NAMES = {Operation.PRESIGNED_HEAD: "HeadObject, presigned", Operation.PRESIGNED_GET: "GetObject, presigned"}
_AREAS = {Area.BUCKET: "the bucket"}
_WIDTHS = (26, 14, 16)
"""Columns of call, area and allowed; what is left is for what breaks."""


def sentence(matrix: Matrix) -> str:
    """The answer in one sentence."""
    bucket = clean(matrix.access.endpoint.bucket)
    refused = sum(row.harmful for row in matrix.rows)
    if matrix.result is Result.NOTHING:
        reason = matrix.access.unusable or "no call could be judged"
        return f"What the registry's identity may do in {bucket} cannot be told: {clean(reason)}."
    untried = sum(row.allowed in (Allowed.NOT_TRIED, Allowed.UNKNOWN) for row in matrix.rows)
    rest = f" {untried} of {len(matrix.rows)} calls could not be told." if untried else ""
    if untried and not matrix.writes_tried:
        rest = f"{rest[:-1]}; those that write are tried with --allow-writes."
    if refused:
        calls = "call" if refused == 1 else "calls"
        fails = "fails" if len(matrix.breaks) == 1 else "fail"
        return f"{bucket} refuses {refused} {calls} to the registry's identity: {_list(matrix.breaks)} {fails}.{rest}"
    return f"{bucket} refuses the registry's identity nothing that it needs.{rest}"


def render_text(matrix: Matrix, width: int) -> str:
    """For people: the sentence, the table by the permission that a call takes, what is missing, and the whole policy.

    width: in columns, at least 80; only what is to be pasted may be wider.
    """
    access = matrix.access
    page = [*_wrapped(sentence(matrix), width), ""]
    page += _wrapped(f"Bucket: {clean(access.endpoint.bucket_url)}, for {clean(matrix.product)}", width, 8)
    named = access.access_key_named_by
    line = f":{named.line}" if named.line else ""
    page += [*_wrapped(f"Identity: {clean(named.quote)} ({clean(named.source)}{line})", width, 10), ""]
    page.append(_line("CALL", "AREA", "ALLOWED", "WITHOUT IT, WHAT FAILS", width)[0])
    ordered = sorted(matrix.rows, key=lambda row: _rank(action_of(row.need.operation)))
    for actions, rows in groupby(ordered, key=lambda row: action_of(row.need.operation)):
        page += [" + ".join(actions)]
        for row in rows:
            page += _row(row, width)
    page.append("")
    if matrix.left:
        page += [*_wrapped(f"Left behind: {clean(matrix.left)}", width), ""]
    if matrix.missing:
        page += ["Add to the policy of the registry's identity:", "", *_json(matrix.missing), ""]
    page += ["The whole policy that the registry needs:", "", *_json(matrix.policy)]
    return "\n".join(page) + "\n"


def render_json(matrix: Matrix) -> str:
    """One document, indented, ending in a newline."""
    return json.dumps(document(matrix), indent=2, ensure_ascii=False) + "\n"


def document(matrix: Matrix) -> dict[str, Any]:
    """The matrix as JSON version 1; every text in it is redacted."""
    endpoint, named = matrix.access.endpoint, matrix.access.access_key_named_by
    return {
        "schema": "regdoctor.storage-permissions/1",
        "regdoctor": regdoctor.__version__,
        "result": matrix.result.value,
        "sentence": sentence(matrix),
        "product": clean(matrix.product),
        "storage": {
            "driver": "s3",
            "url": clean(endpoint.bucket_url),
            "region": clean(endpoint.region),
            "bucket": clean(endpoint.bucket),
            "rootdirectory": clean(endpoint.root),
            "key": clean(matrix.key) or None,
        },
        "identity": {"source": clean(named.source), "line": named.line, "quote": clean(named.quote)},
        "writes_tried": matrix.writes_tried,
        "left": clean(matrix.left) or None,
        "calls": [_call(row) for row in matrix.rows],
        "missing": _redacted(matrix.missing),
        "policy": _redacted(matrix.policy),
    }


def _call(row: Row) -> dict[str, Any]:
    exchange = row.call.exchange if row.call else None
    return {
        "call": row.need.operation.api_name,
        "area": row.need.area.value or "bucket",
        "key": clean(row.call.key, 1100) if row.call and row.call.key else None,
        "allowed": row.allowed.value.replace(" ", "_"),
        "reason": clean(row.reason) or None,
        "status": exchange.status if exchange else None,
        "code": clean(row.call.code) or None if row.call else None,
        "breaks": [use.value for use in row.need.uses],
        "why": f"The registry {row.need.why}.",
        "actions": list(action_of(row.need.operation)),
    }


def _redacted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _redacted(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_redacted(one) for one in value]
    return redact(value) if isinstance(value, str) else value


def _json(value: Any) -> list[str]:
    return json.dumps(_redacted(value), indent=2).splitlines()


def _row(row: Row, width: int) -> list[str]:
    call = _NAMES.get(row.need.operation, row.need.operation.api_name)
    area = _AREAS.get(row.need.area, row.need.area.value)
    shown = _line(f"  {call}", area, row.allowed.value, ", ".join(row.need.uses) or "nothing", width)
    if row.reason and row.allowed in (Allowed.NO, Allowed.UNKNOWN):
        shown += _wrapped(f"    {clean(row.reason)}", width, 6)
    return shown


def _line(call: str, area: str, allowed: str, breaks: str, width: int) -> list[str]:
    first = "".join(word.ljust(columns) for word, columns in zip((call, area, allowed), _WIDTHS, strict=True))
    lines = textwrap.wrap(breaks, max(width, 80) - sum(_WIDTHS)) or [""]
    return [f"{first}{lines[0]}".rstrip(), *(" " * sum(_WIDTHS) + line for line in lines[1:])]


def _rank(actions: tuple[str, ...]) -> tuple[bool, int, tuple[str, ...]]:
    """The bucket's own first, then one action before two."""
    return actions[0] not in BUCKET_ACTIONS, len(actions), actions


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
