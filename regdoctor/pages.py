"""The page of a check, made from its declaration: what `regdoctor explain` shows."""

from __future__ import annotations

import textwrap

from regdoctor.check import Check

_WIDTH = 80


def page(item: Check) -> str:
    """Plain text of 80 columns: name and healthy state, the docstring, and what the declaration says."""
    head = f"{item.name} ({item.family}, {item.severity.word})"
    facts = [
        ("Healthy", item.title),
        ("Failure modes", ", ".join(item.failure_modes)),
        ("Seen as", "\n".join(item.symptoms)),
        ("Explains", ", ".join(item.explains)),
        ("Looks at", ", ".join(wanted.kind.__name__ for wanted in item.inputs.values())),
        ("Read on", item.reference),
    ]
    body = "\n\n".join(_filled(" ".join(part.split())) for part in item.page.split("\n\n"))
    rows = "\n".join(_row(name, text) for name, text in facts if text)
    return f"{head}\n{'=' * len(head)}\n\n{body}\n\n{rows}\n"


def _row(name: str, text: str) -> str:
    label = f"{name}:".ljust(15)
    indent = " " * len(label)
    return "\n".join(
        _filled(line, indent if number else label, indent) for number, line in enumerate(text.splitlines())
    )


def _filled(text: str, first: str = "", rest: str = "") -> str:
    """Wrapped between words only: names and commands must stay whole to be copied."""
    return textwrap.fill(
        text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
