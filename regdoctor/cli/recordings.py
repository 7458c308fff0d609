"""The way in of recordings, the same for each command: what can be read goes on, what cannot is complained of."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from regdoctor.cli import output

if TYPE_CHECKING:
    from regdoctor.evidence.recorded import Recorded
    from regdoctor.formats.raw_exchange import BadRecord

_FEW = 5
"""Complaints about one recording that are shown."""
_COLLECTED = 20_000
"""Objects after which Python looks for cycles; what is made of an exchange has hardly any."""


def expect_many() -> None:
    """Spare what is imported and set up from being looked through again and again while a recording is read."""
    gc.freeze()
    gc.set_threshold(_COLLECTED)


def readable(items: Iterable[Recorded | BadRecord], unread: list[BadRecord]) -> Iterator[Recorded]:
    """The exchanges; what could not be read is put into `unread`."""
    from regdoctor.formats.raw_exchange import BadRecord

    for item in items:
        if isinstance(item, BadRecord):
            unread.append(item)
        else:
            yield item


def complain(unread: Sequence[BadRecord], files: Sequence[Path]) -> None:
    """Say on standard error what of these recordings could not be read, the first few pieces each by itself."""
    from regdoctor.foreign_text import clean

    named = f"{files[0]}: " if len(files) == 1 else ""
    for bad in unread[:_FEW]:
        output.note(f"regdoctor: {named}{clean(bad.where)}: {clean(bad.why)}")
    if len(unread) > _FEW:
        output.note(f"regdoctor: {named}{len(unread) - _FEW} more pieces cannot be read")
