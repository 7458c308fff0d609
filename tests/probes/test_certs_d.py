"""Listing certs.d: folders by client, files by what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.certs_d import CertsD, Client
from regdoctor.evidence.installation import Installation
from regdoctor.formats.located import UnreadableError
from regdoctor.probe import NotApplicableError
from regdoctor.probes.certs_d import certs_d


def _gather(root: Path | None) -> CertsD:
    found: CertsD = certs_d.gather(Installation(root, Dialect.PLAIN, live=False))
    return found


def test_each_clients_folders_are_listed_with_the_hosts_names(tmp_path: Path) -> None:
    for place in ("docker/certs.d/a:5000", "containerd/certs.d/_default", "containers/certs.d/b"):
        (tmp_path / "etc" / place).mkdir(parents=True)
        (tmp_path / "etc" / place / "ca.crt").write_text("not PEM")
    folders = _gather(tmp_path).folders
    assert [(folder.client, folder.name) for folder in folders] == [
        (Client.DOCKER, "a:5000"),
        (Client.CONTAINERD, "_default"),
        (Client.PODMAN, "b"),
    ]
    (file,) = folders[0].files
    assert (file.path, file.source) == ("/etc/docker/certs.d/a:5000/ca.crt", str(tmp_path / file.path[1:]))
    assert file.holds() == "no certificate (text)"
    assert folders[0].quote().quote == "a:5000/: ca.crt"


def test_links_lead_where_they_lead_on_the_host(tmp_path: Path) -> None:
    (tmp_path / "etc/docker/certs.d").mkdir(parents=True)
    (tmp_path / "srv/certs").mkdir(parents=True)
    (tmp_path / "srv/certs/hosts.toml").write_text("")
    (tmp_path / "etc/docker/certs.d/a").symlink_to("/srv/certs")
    (folder,) = _gather(tmp_path).folders
    assert folder.named("hosts.toml") is not None
    assert folder.named("ca.crt") is None


def test_certificates_beside_the_folders_are_told_and_other_files_are_not(tmp_path: Path) -> None:
    (tmp_path / "etc/docker/certs.d").mkdir(parents=True)
    (tmp_path / "etc/docker/certs.d/ca.crt").write_text("x")
    (tmp_path / "etc/docker/certs.d/README").write_text("x")
    assert [file.name for file in _gather(tmp_path).stray] == ["ca.crt"]


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "etc/docker/certs.d/a/ca.crt").mkdir(parents=True)
    (file,) = _gather(tmp_path).folders[0].files
    assert file.contents is None
    assert file.holds().endswith("ca.crt: a directory, not a file")


def test_nothing_there_does_not_apply(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match=r"certs\.d"):
        _gather(tmp_path)
    with pytest.raises(NotApplicableError, match="--root"):
        _gather(None)


def test_a_loop_of_links_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "etc/docker").mkdir(parents=True)
    (tmp_path / "etc/docker/certs.d").symlink_to("certs.d")
    with pytest.raises(UnreadableError, match="a loop of symbolic links"):
        _gather(tmp_path)
