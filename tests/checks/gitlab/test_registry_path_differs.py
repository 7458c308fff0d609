"""Two folders are a finding, two names of one folder are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect, Quote
from regdoctor.checks.gitlab.registry_path_differs import registry_path_differs
from regdoctor.evidence.registry_folders import NamedFolder, RegistryFolders

if TYPE_CHECKING:
    from tests.checks.conftest import Given

ON = "registry: {enabled: true}\n"


def folders(ours: str, theirs: str) -> RegistryFolders:
    return RegistryFolders(
        NamedFolder(Quote("gitlab.yml", f"registry.path: {ours}", 7), ours, ours),
        NamedFolder(Quote("config.yml", f"rootdirectory: {theirs}", 5), theirs, theirs),
    )


def test_two_folders_are_quoted_from_both_sides(given: Given) -> None:
    fail = given.fail(registry_path_differs, gitlab=given.gitlab(ON), folders=folders("/a", "/var/lib/registry"))

    assert "/a" in fail.message
    assert "/var/lib/registry" in fail.message
    assert [quote.line for quote in fail.evidence] == [7, 5]
    assert fail.remedy[Dialect.PLAIN].commands[0].endswith("path: /var/lib/registry")


def test_one_folder_passes(given: Given) -> None:
    assert given.passes(registry_path_differs, gitlab=given.gitlab(ON), folders=folders("/a", "/a"))


def test_a_gitlab_without_a_registry_backs_none_up(given: Given) -> None:
    given.skips(registry_path_differs, gitlab=given.gitlab("registry: {}\n"), folders=folders("/a", "/b"))
