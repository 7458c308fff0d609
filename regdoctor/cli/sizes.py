"""Sizes as people type them: `200MB`, `5G`, `1MiB`."""

from __future__ import annotations

import re

from regdoctor.exit_codes import UsageError

_SIZE = re.compile(r"(?P<number>[0-9]{1,12})(?:\.0+)?\s?(?P<unit>[kMGT]?i?B?)", re.IGNORECASE)
_FACTORS = {
    "": 1,
    **{prefix: 1000**power for power, prefix in enumerate("kmgt", 1)},
    **{f"{prefix}i": 1024**power for power, prefix in enumerate("kmgt", 1)},
}


def size_of(option: str, text: str, largest: int) -> int:
    """Bytes: `200MB` is 200 million, `1MiB` is 2^20.

    option: whose value it is. largest: bytes. Raises UsageError for what is no size, 0, or above the largest.
    """
    found = _SIZE.fullmatch(text.strip())
    factor = _FACTORS.get(found["unit"].lower().removesuffix("b")) if found else None
    count = int(found["number"]) * factor if found and factor else 0
    if not 0 < count <= largest:
        raise UsageError(f"{option} {text}: not a size from 1B to {largest // 10**9:,}GB, such as 200MB.")
    return count
