"""The token signer's two files: what is at each path, as the host sees it, and who may read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from regdoctor.check import Dialect
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.signer import SignerFiles
from regdoctor.formats.gitlab_yml import parse_gitlab_yml
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes.signer_files import signer_files

NONE = Absent("not there")
PEM = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def gather(root: Path | None, bundle: str | None = None, key: str | None = None) -> SignerFiles:
    """The probe's answer for a source installation whose configurations name these paths."""
    yml = root / "home/git/gitlab/config/gitlab.yml" if root else None
    installation = Installation(root, Dialect.SOURCE, False, gitlab_yml=yml)
    config = parse_registry_config(f"auth: {{token: {{rootcertbundle: {bundle}}}}}".encode(), "c") if bundle else NONE
    gitlab = parse_gitlab_yml(f"registry: {{key: {key}}}".encode(), "g") if key else NONE
    found = signer_files.gather(installation, config, gitlab)
    assert isinstance(found, SignerFiles)
    return found


def bundle(root: Path, path: str) -> HostFile:
    """The registry's file alone."""
    found = gather(root, bundle=path)
    assert found.bundle is not None
    assert found.key is None
    return found.bundle


def key(root: Path, path: str) -> HostFile:
    """GitLab's file alone."""
    found = gather(root, key=path).key
    assert found is not None
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A host's tree with a key, and this machine's own file of the same name outside."""
    root = tmp_path / "host"
    (root / "etc").mkdir(parents=True)
    (root / "etc/registry.key").write_text(PEM)
    (tmp_path / "outside.key").write_text(PEM)
    return root


@pytest.mark.parametrize("path", ["/../outside.key", "/etc/../../outside.key", "/etc/out", "/etc/absolute"])
def test_no_path_leads_out_of_the_root(root: Path, tmp_path: Path, path: str) -> None:
    (root / "etc/out").symlink_to("../../outside.key")
    (root / "etc/absolute").symlink_to(tmp_path / "outside.key")
    assert key(root, path).state is FileState.MISSING


def test_gitlab_reads_a_relative_path_from_its_own_folder(root: Path) -> None:
    (root / "home/git/gitlab/config").mkdir(parents=True)
    (root / "home/git/gitlab/config/registry.key").write_text(PEM)
    found = key(root, "config/registry.key")
    assert (found.state, found.path) == (FileState.READABLE, "/home/git/gitlab/config/registry.key")
    assert key(root, "../../../../outside.key").state is FileState.MISSING


@pytest.mark.parametrize("path", ["certs/x.crt", '"a\\0b"', '""'])
def test_a_path_that_leads_nowhere_is_missing(root: Path, path: str) -> None:
    assert bundle(root, path).state is FileState.MISSING


def test_without_a_root_or_a_setting_it_does_not_apply(root: Path) -> None:
    with pytest.raises(NotApplicableError, match=r"--root DIR"):
        gather(None, bundle="/etc/x")
    with pytest.raises(NotApplicableError, match="no configuration names"):
        gather(root)


def test_in_a_copy_a_file_whose_folder_is_not_there_was_not_copied(root: Path) -> None:
    found = bundle(root, "/not/copied/gitlab-registry.crt")
    assert (found.state, "nor its folder" in found.problem) == (FileState.NOT_COPIED, True)
