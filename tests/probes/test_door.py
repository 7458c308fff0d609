"""Opening the door: which certificates are trusted besides the system's, and which files do not matter."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.exit_codes import UsageError
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probes.door import door as probe
from regdoctor.target import Target

NONE = Absent("not there")


@pytest.fixture
def url(tls: ssl.SSLContext, serve: Callable[..., Any]) -> str:
    """A server with that certificate."""
    url = serve(lambda _: (200, {}, b"{}"), tls).url
    assert isinstance(url, str)
    return url


def open_door(target: Target, installation: Installation | Absent = NONE) -> Http:
    """The probe's answer."""
    found = probe.gather(target, installation)
    assert isinstance(found, Http)
    return found


def test_the_named_authority_is_trusted_and_without_it_nothing_is(url: str, certificate: Path) -> None:
    assert open_door(Target(ca_file=certificate)).send("GET", url).verified is True
    assert open_door(Target()).send("GET", url).verified is False


def test_comments_in_any_alphabet_do_no_harm(url: str, certificate: Path) -> None:
    certificate.write_text(f"# Zertifikat für Müller – №1\n{certificate.read_text()}", encoding="utf-8")
    assert open_door(Target(ca_file=certificate)).send("GET", url).verified is True


def test_an_unreadable_named_file_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    for path, words in ((tmp_path / "none", "no such file"), (tmp_path, "a directory"), (tmp_path / "text", "PEM")):
        with pytest.raises(UsageError, match=words) as caught:
            open_door(Target(ca_file=path))
        assert str(path) in str(caught.value)


def test_the_hosts_folder_is_trusted_and_strays_in_it_do_no_harm(tmp_path: Path, url: str, certificate: Path) -> None:
    root = tmp_path / "host"
    folder = root / "etc/gitlab/trusted-certs"
    folder.mkdir(parents=True)
    (folder / "README").write_text("put certificates here")
    (folder / "broken.crt").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    (folder / "folder").mkdir()
    (folder / "gone.crt").symlink_to("/gone")
    os.mkfifo(folder / "pipe")
    (root / "srv").mkdir()
    (root / "srv/ca.crt").write_bytes(certificate.read_bytes())
    (folder / "ca.crt").symlink_to("/srv/ca.crt")
    installation = Installation(root, Dialect.OMNIBUS, False, trusted_certificates=folder)
    assert open_door(Target(), installation).send("GET", url).verified is True


def test_a_folder_that_may_not_be_listed_does_no_harm(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)  # root may list everything
    installation = Installation(tmp_path, Dialect.OMNIBUS, False, trusted_certificates=tmp_path)
    assert open_door(Target(), installation).send("GET", url).verified is False
