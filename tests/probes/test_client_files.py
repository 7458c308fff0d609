"""Which files make a host one of a registry's clients."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.probe import NotApplicableError
from regdoctor.probes.client_files import has_client_files
from regdoctor.probes.installation import installation
from regdoctor.target import Target

WRITTEN = (
    "etc/docker/certs.d/registry.example.com/ca.crt",
    "etc/containerd/certs.d/registry.example.com/hosts.toml",
    "etc/systemd/system/docker.service.d/proxy.conf",
    "home/ann/.docker/config.json",
    "root/.docker/config.json",
    "etc/gitlab-runner/config.toml",
)
LEFT_BEHIND = ("etc/docker/daemon.json", "etc/containers/registries.conf")


def put(root: Path, place: str) -> None:
    """A file below the root."""
    (root / place).parent.mkdir(parents=True)
    (root / place).write_text("")


@pytest.mark.parametrize("place", WRITTEN)
def test_a_tree_with_a_file_that_was_written_for_a_registry_is_examined(tmp_path: Path, place: str) -> None:
    put(tmp_path, place)
    found = installation.gather(Target(root=tmp_path))

    assert (found.root, found.registry_config, found.live) == (tmp_path, None, False)


@pytest.mark.parametrize("place", LEFT_BEHIND)
def test_what_a_package_may_have_left_is_no_registrys_client(tmp_path: Path, place: str) -> None:
    put(tmp_path, place)

    with pytest.raises(NotApplicableError, match="No registry was found"):
        installation.gather(Target(root=tmp_path))


@pytest.mark.parametrize("place", [*WRITTEN, *LEFT_BEHIND])
def test_with_the_registry_named_any_clients_file_counts(tmp_path: Path, place: str) -> None:
    put(tmp_path, place)

    assert installation.gather(Target(root=tmp_path, registry_url="https://registry.example.com")).root == tmp_path


def test_on_this_machine_a_registry_is_looked_for_unless_one_is_named() -> None:
    assert not has_client_files(Path("/"), of_named_registry=False)


def test_an_empty_tree_is_nobodys(tmp_path: Path) -> None:
    assert not has_client_files(tmp_path, of_named_registry=True)
