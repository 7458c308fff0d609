"""Sizes as people type them."""

from __future__ import annotations

import pytest

from regdoctor.cli.sizes import size_of
from regdoctor.exit_codes import UsageError

LARGEST = 10 * 10**9


@pytest.mark.parametrize(
    ("text", "size"),
    [("1", 1), ("200MB", 200_000_000), ("2 kB", 2000), ("1MiB", 1 << 20), ("1g", 10**9), ("5B", 5)],
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert size_of("--size", text, LARGEST) == size


@pytest.mark.parametrize("text", ["", "0", "-1MB", "11GB", "1XB", "1e9", "MB", "1T"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"--size .*: not a size from 1B to 10GB"):
        size_of("--size", text, LARGEST)
