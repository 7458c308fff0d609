"""`regdoctor explain`: the page of a check, in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from regdoctor.cli import output

EXAMPLE = "Examples: regdoctor explain token_key_mismatch · regdoctor explain AUTH-01"


def complete(incomplete: str) -> Iterator[tuple[str, str]]:
    """The names of checks and failure modes that begin with what was typed, for the shell."""
    from regdoctor.catalogue import checks

    for item in checks():
        if item.name.startswith(incomplete):
            yield item.name, item.title
        for mode in item.failure_modes:
            if mode.startswith(incomplete.upper()):
                yield mode, item.name


def command(
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME|FAILURE-MODE...", help="See: regdoctor check --list", autocompletion=complete),
    ],
) -> None:
    """Show what a check looks for, why it matters, and what mends it."""
    from regdoctor.catalogue import select
    from regdoctor.pages import page

    output.write("\n".join(page(item) for item in select(names)))
