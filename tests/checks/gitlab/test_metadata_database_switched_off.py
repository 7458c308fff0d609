"""The lock files and database.enabled must agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.gitlab.metadata_database_switched_off import metadata_database_switched_off
from regdoctor.evidence.metadata_locks import MetadataLocks
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given

FOLDER = "/srv/registry/docker/registry/lockfiles"


def locks(*, database: bool = False, files: bool = False) -> MetadataLocks:
    return MetadataLocks(FOLDER, FOLDER, database, files)


def config(enabled: str | None) -> str:
    return "version: 0.1\n" + (f"database:\n  enabled: {enabled}\n" if enabled else "")


@pytest.mark.parametrize(
    ("enabled", "database", "files", "mode"),
    [
        ("false", True, False, "GL-12"),
        (None, True, False, "GL-12"),
        ("true", False, True, "GL-11"),
        ("true", True, True, "GL-13"),
        ("false", True, True, "GL-13"),
        ("prefer", True, True, "GL-13"),
    ],
)
def test_a_contradiction_is_a_finding(
    given: Given, enabled: str | None, database: bool, files: bool, mode: str
) -> None:
    fail = given.fail(
        metadata_database_switched_off,
        config=given.config(config(enabled)),
        locks=locks(database=database, files=files),
        product=given.product(Generation.GITLAB, 4, 29),
    )

    assert fail.failure_modes == (mode,)
    assert (fail.evidence[0].line == 3) is (enabled is not None)
    assert [quote.source for quote in fail.evidence if quote.source.startswith(FOLDER)] == [
        f"{FOLDER}/{name}" for name, there in (("database-in-use", database), ("filesystem-in-use", files)) if there
    ]
    assert fail.remedy[Dialect.PLAIN].text


@pytest.mark.parametrize(
    ("enabled", "database", "files"),
    [
        ("true", True, False),
        ("prefer", True, False),
        ("prefer", False, True),
        ("false", False, True),
        (None, False, True),
        (None, False, False),
        ("true", False, False),
    ],
)
def test_agreement_passes(given: Given, enabled: str | None, database: bool, files: bool) -> None:
    assert given.passes(
        metadata_database_switched_off,
        config=given.config(config(enabled)),
        locks=locks(database=database, files=files),
        product=given.product(),
    )


def test_other_registries_have_no_database(given: Given) -> None:
    given.skips(
        metadata_database_switched_off,
        config=given.config(config(None)),
        locks=locks(database=True),
        product=given.product(Generation.DISTRIBUTION_2, 2, 8),
    )
