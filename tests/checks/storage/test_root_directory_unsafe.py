"""Folders that do not last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.storage.root_directory_unsafe import root_directory_unsafe
from regdoctor.evidence.product import Generation
from regdoctor.formats.registry_config import RegistryConfig

if TYPE_CHECKING:
    from tests.checks.conftest import Given

V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


def _config(given: Given, path: str) -> RegistryConfig:
    return given.config(f"storage:\n  filesystem:\n    rootdirectory: {path}\n")


@pytest.mark.parametrize("path", ["/tmp", "/tmp/registry", "/var/tmp/images", "/dev/shm/r", "/run/registry"])  # noqa: S108
def test_what_is_swept_is_told(given: Given, path: str) -> None:
    fail = given.fail(root_directory_unsafe, config=_config(given, path))

    assert "swept" in fail.message
    assert fail.evidence[0].line == 3
    assert fail.resource == path


@pytest.mark.parametrize("path", ["registry", "./data", "../data"])
def test_a_relative_path_depends_on_the_start(given: Given, path: str) -> None:
    assert "relative" in given.fail(root_directory_unsafe, config=_config(given, path)).message


@pytest.mark.parametrize(
    "path", ["/var/lib/registry", "/running/registry", "/srv/tmp", "/var/opt/gitlab/gitlab-rails/shared/registry"]
)
def test_folders_that_last_are_fine(given: Given, path: str) -> None:
    given.passes(root_directory_unsafe, config=_config(given, path))


@pytest.mark.parametrize(
    "text", ["{filesystem: {}}", "{filesystem: null}", "{inmemory: {}}", "{s3: {rootdirectory: x}}"]
)
def test_other_storage_and_the_default_are_skipped(given: Given, text: str) -> None:
    given.skips(root_directory_unsafe, config=given.config(f"storage: {text}\n"))
