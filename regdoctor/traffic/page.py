"""A recording as one self-contained page: the answer, the findings, and the calls as a waterfall in time."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from importlib import resources

import regdoctor
from regdoctor.distribution.timestamps import timestamp
from regdoctor.evidence.call import Call
from regdoctor.foreign_text import clean
from regdoctor.traffic.diagnosis import Diagnosis
from regdoctor.traffic.page_choice import MOST_CALLS, chosen
from regdoctor.traffic.page_data import page_json
from regdoctor.traffic.page_sections import findings_html, left_out_html, notes_html, sessions_html

_SCRIPTS = ("model", "elements", "rows", "details", "list", "keys", "overview", "page")
"""In the order in which they build on each other."""
_GAP = re.compile(r"\{\{([a-z_]+)\}\}")


def render_page(diagnosis: Diagnosis, calls: Sequence[Call], most: int = MOST_CALLS) -> str:
    """The page, which loads nothing and runs no script but its own (Content-Security-Policy by hashes).

    calls: all that the diagnosis was made of, in their order; most: how many are shown, but for failures
    (page_choice.py). Everything of the recording in it is data: redacted, with control characters and marks of
    direction spelt out, escaped for where it stands.
    """
    style, script = _part("page.css"), _script()
    choice = chosen(diagnosis, calls, most)
    return _filled(
        _part("page.html"),
        {
            "style": style,
            "style_hash": _hash(style),
            "script": script,
            "script_hash": _hash(script),
            "title": escape(clean(diagnosis.sentence)),
            "sentence": escape(clean(diagnosis.sentence, 1_000)),
            "result": diagnosis.result.value,
            "facts": escape(_facts(diagnosis)),
            "to_the_failure": _to_the_failure(diagnosis),
            "findings": findings_html(diagnosis),
            "sessions": sessions_html(diagnosis.sessions),
            "left_out": left_out_html(choice.left_out),
            "notes": notes_html(diagnosis),
            "data": page_json(replace(diagnosis, sessions=choice.sessions), choice.calls, is_whole=not choice.left_out),
            "version": escape(regdoctor.__version__),
        },
    )


def _part(name: str) -> str:
    return resources.files("regdoctor.traffic").joinpath("page", name).read_text("utf-8")


def _script() -> str:
    """The scripts as one, in a block of their own: their names are not the window's."""
    return "".join(('"use strict";\n{\n', *(_part(f"{name}.js") for name in _SCRIPTS), "}\n"))


def _filled(template: str, values: Mapping[str, str]) -> str:
    """In one pass: what looks like a gap within a value is left alone."""
    return _GAP.sub(lambda found: values[found[1]], template)


def _hash(text: str) -> str:
    """As CSP Level 3 (2.3.1, hash-source) has it: of the element's text, byte for byte."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _facts(diagnosis: Diagnosis) -> str:
    """`2026-11-24T01:09:19Z · 4.2 s · 12 calls: 9 registry, 2 bucket, 1 token service`."""
    parts = sorted(diagnosis.parts.items(), key=lambda item: -item[1])
    asked = ", ".join(f"{count:,} {name}" for name, count in parts if count)
    calls = f"{diagnosis.calls:,} call{'' if diagnosis.calls == 1 else 's'}" + (f": {asked}" if asked else "")
    began = [timestamp(diagnosis.started), f"{diagnosis.seconds:,.1f} s"] if diagnosis.started else []
    return " · ".join([*began, calls])


def _to_the_failure(diagnosis: Diagnosis) -> str:
    """A link to the call that failed, of the first session that did."""
    sessions = sorted(diagnosis.sessions, key=lambda session: not session.is_fault)
    step = next((session.failed_step for session in sessions if session.failed_step), None)
    if step is None:
        return ""
    return f'<p class="jump"><a href="#call-{step.failed_call}">Go to call {step.failed_call}, which failed</a></p>'
