"""The chart's values: sections, what is read in each, and the nearest name."""

from __future__ import annotations

import pytest

from regdoctor.distribution.chart_keys import is_complete, is_read, meant, sections


def test_every_section_is_itself_a_value_of_the_one_above_it() -> None:
    known = set(sections())
    for section in known - {("registry",), ("global", "registry")}:
        assert section[:-1] in known
        assert is_read(section[:-1], section[-1]), section


def test_the_instances_of_redis_have_the_same_keys() -> None:
    assert is_read(("registry", "redis", "loadBalancing"), "sentinels")
    assert not is_read(("registry", "redis", "loadBalancing"), "addr")


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("registry.storage.existingSecret", "registry.storage.secret"),
        ("registry.service.internalport", "registry.service.internalPort"),
        ("registry.colour", None),
    ],
)
def test_the_nearest_name(name: str, right: str | None) -> None:
    *section, key = name.split(".")
    assert meant(tuple(section), key) == right


def test_only_small_and_steady_sections_are_complete() -> None:
    assert is_complete(("registry", "storage"))
    assert not is_complete(("registry",))
