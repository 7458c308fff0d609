"""Where the folders lead that GitLab and the registry name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.registry_folders import RegistryFolders
from regdoctor.formats.gitlab_yml import parse_gitlab_yml
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.registry_folders import registry_folders

FILES = "storage: {filesystem: {rootdirectory: /srv/registry}}\n"


@pytest.fixture
def source(tmp_path: Path) -> Installation:
    """A copied tree of an installation from source, with the registry's folder."""
    (tmp_path / "srv/registry").mkdir(parents=True)
    (tmp_path / "home/git/gitlab/shared").mkdir(parents=True)
    yml = tmp_path / "home/git/gitlab/config/gitlab.yml"
    return Installation(tmp_path, Dialect.SOURCE, live=False, gitlab_yml=yml)


def gather(installation: Installation, path: str, config: str = FILES) -> RegistryFolders:
    gitlab = parse_gitlab_yml(f"registry: {{path: {path}}}\n".encode(), "gitlab.yml")
    found = registry_folders.gather(installation, gitlab, parse_registry_config(config.encode(), "config.yml"))
    assert isinstance(found, RegistryFolders)
    return found


def test_both_sides_are_told_with_what_names_them(source: Installation) -> None:
    found = gather(source, "/var/lib/registry/")

    assert (found.of_gitlab.path, found.of_registry.path) == ("/var/lib/registry", "/srv/registry")
    assert (found.of_gitlab.named_by.line, found.of_registry.named_by.line) == (1, 1)
    assert not found.same


def test_a_relative_path_starts_at_gitlabs_own_folder(source: Installation) -> None:
    assert gather(source, "shared/registry").of_gitlab.path == "/home/git/gitlab/shared/registry"


def test_without_a_path_gitlabs_default_counts(source: Installation) -> None:
    found = gather(source, "").of_gitlab

    assert found.path == "/home/git/gitlab/shared/registry"
    assert "no registry.path" in found.named_by.quote


def test_without_a_folder_the_drivers_default_counts(source: Installation) -> None:
    assert gather(source, "/x", "storage: {filesystem: {}}\n").of_registry.path == "/var/lib/registry"


def test_a_symbolic_link_is_followed_as_on_the_host(source: Installation) -> None:
    assert source.root is not None
    (source.root / "home/git/gitlab/shared/registry").symlink_to("/srv/registry")

    assert gather(source, "shared/registry").same


def test_a_link_on_this_host_is_followed_by_the_kernel(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    host = Installation(Path("/"), Dialect.OMNIBUS, live=True)

    found = gather(host, str(tmp_path / "link"), f"storage: {{filesystem: {{rootdirectory: {tmp_path}/data}}}}\n")
    assert found.same
    assert found.of_gitlab.identity is not None


def test_a_loop_of_links_could_not_be_followed(source: Installation) -> None:
    assert source.root is not None
    (source.root / "loop").symlink_to("/loop")

    with pytest.raises(UnreadableError, match="loop"):
        gather(source, "/loop/registry")


def test_a_relative_path_without_gitlabs_folder_is_not_guessed(source: Installation) -> None:
    with pytest.raises(CouldNotGatherError, match="shared/registry"):
        gather(replace(source, gitlab_yml=Path("/elsewhere/gitlab.yml")), "shared/registry")


def test_single_files_are_compared_by_their_text(source: Installation) -> None:
    assert gather(replace(source, root=None), "/srv/registry").same


@pytest.mark.parametrize("dialect", [Dialect.COMPOSE, Dialect.HELM])
def test_containers_have_folders_of_their_own(source: Installation, dialect: Dialect) -> None:
    with pytest.raises(NotApplicableError, match="containers"):
        gather(replace(source, dialect=dialect), "/x")


def test_separate_nodes_have_folders_of_their_own(source: Installation) -> None:
    with pytest.raises(NotApplicableError, match="separate nodes"):
        gather(replace(source, gitlab_root=Path("/other")), "/x")


def test_a_bucket_is_no_folder(source: Installation) -> None:
    with pytest.raises(NotApplicableError, match="no folder"):
        gather(source, "/x", "storage: {s3: {bucket: b}}\n")
