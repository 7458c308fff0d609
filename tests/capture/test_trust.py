"""Bundles of certificate authorities."""

from __future__ import annotations

from pathlib import Path

import certifi
import pytest

from regdoctor.capture import trust
from regdoctor.capture.trust import private_authorities, system_roots, write_bundle
from regdoctor.evidence.trust import certificates_in
from regdoctor.exit_codes import UsageError
from regdoctor.lab.certificates import Authority

ONE, TWO = (Authority(name).certificate.strip() for name in ("one", "two"))


def test_file_and_folder_of_the_environment_are_the_system(tmp_path: Path) -> None:
    file, folder = tmp_path / "roots.pem", tmp_path / "folder"
    file.write_text(f"# comment\n{ONE}\n")
    folder.mkdir()
    (folder / "two.pem").write_text(TWO)
    (folder / "README").write_text("no certificate")
    assert system_roots({"SSL_CERT_FILE": str(file)}) == (ONE,)
    assert system_roots({"SSL_CERT_FILE": str(file), "SSL_CERT_DIR": f"{folder}:/no/such"}) == (ONE, TWO)


def test_the_first_file_of_the_systems_that_has_any_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "red-hat.pem").write_text(TWO)
    monkeypatch.setattr(trust, "_SYSTEM_FILES", (str(tmp_path / "debian.pem"), str(tmp_path / "red-hat.pem")))
    assert system_roots({}) == (TWO,)


def test_without_a_store_mitmproxys_own_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "_SYSTEM_FILES", ())
    assert system_roots({}) == tuple(dict.fromkeys(certificates_in(Path(certifi.where()).read_text("utf-8"))))


def test_a_bundle_has_each_once(tmp_path: Path) -> None:
    write_bundle(tmp_path / "bundle.pem", (ONE, TWO), (TWO,))
    assert certificates_in((tmp_path / "bundle.pem").read_text()) == (ONE, TWO)


def test_what_is_no_authority_is_unusable(tmp_path: Path) -> None:
    assert private_authorities(None) == ()
    with pytest.raises(UsageError, match=r"missing\.pem: no such file"):
        private_authorities(tmp_path / "missing.pem")
    (tmp_path / "empty.pem").write_text("")
    with pytest.raises(UsageError, match="holds no certificate"):
        private_authorities(tmp_path / "empty.pem")
