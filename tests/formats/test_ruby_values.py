"""What two values make together, where that is plain."""

from __future__ import annotations

from typing import Any

import pytest

from regdoctor.formats.ruby_values import Literal, added, multiplied


@pytest.mark.parametrize(
    ("one", "other", "total"),
    [
        ("a", "b", "ab"),
        (2, 3, 5),
        ([Literal(1, 1)], [Literal(2, 2)], [Literal(1, 1), Literal(2, 2)]),
    ],
)
def test_sums(one: Any, other: Any, total: Any) -> None:
    assert added(Literal(1, one), Literal(2, other)) == Literal(1, total)


@pytest.mark.parametrize(("one", "other"), [("a", 1), (True, 1), (None, None), ("x" * 200_000, "x" * 200_000)])
def test_what_has_no_plain_sum(one: Any, other: Any) -> None:
    assert added(Literal(1, one), Literal(2, other)) is None


def test_products_stay_in_bounds() -> None:
    assert multiplied(Literal(1, 64), Literal(1, 1024)) == Literal(1, 65536)
    assert multiplied(Literal(1, 10**17), Literal(1, 10)) is None
    assert multiplied(Literal(1, True), Literal(1, 2)) is None
