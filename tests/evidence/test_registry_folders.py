"""Two names of one folder are the same."""

from __future__ import annotations

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.registry_folders import NamedFolder, RegistryFolders

SAID = Quote("x.yml", "said", 1)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("/a", "/data", None), ("/b", "/data", None), True),
        (("/a", "/a", (1, 2)), ("/b", "/b", (1, 2)), True),
        (("/a", "/a", (1, 2)), ("/b", "/b", (1, 3)), False),
        (("/a", "/a", None), ("/b", "/b", None), False),
    ],
)
def test_folders_are_the_same_by_where_they_lead_or_by_what_is_there(
    one: tuple[str, str, tuple[int, int] | None], other: tuple[str, str, tuple[int, int] | None], same: bool
) -> None:
    assert RegistryFolders(NamedFolder(SAID, *one), NamedFolder(SAID, *other)).same is same
