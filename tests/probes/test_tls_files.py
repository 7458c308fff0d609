"""Reading the certificates and keys of servers, and who may read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.host_file import FileState
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.tls_files import TlsFiles
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes.nginx_config import read_nginx
from regdoctor.probes.tls_files import tls_files

NONE = Absent("no configuration")


def _config(**tls: str) -> RegistryConfig:
    lines = "".join(f"    {name}: {value}\n" for name, value in tls.items())
    return parse_registry_config(f"http:\n  tls:\n{lines}".encode(), "config.yml")


def _installation(root: Path | None, dialect: Dialect = Dialect.PLAIN) -> Installation:
    return Installation(root, dialect, live=False)


def _gather(installation: Installation, config: RegistryConfig | Absent) -> TlsFiles:
    """Where nginx has no configuration."""
    found = tls_files.gather(installation, config, NONE, NONE)
    assert isinstance(found, TlsFiles)
    return found


def test_the_registrys_pair_is_read_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "a.crt").write_text("text")
    (tmp_path / "a.key").write_text("")
    found = _gather(_installation(tmp_path), _config(certificate="/a.crt", key="/a.key"))
    (pair,) = found.pairs
    assert pair.server == "registry"
    assert pair.certificate is not None
    assert pair.key is not None
    assert (pair.certificate.path, pair.certificate.state) == ("/a.crt", FileState.READABLE)
    assert (pair.certificate.named_by.source, pair.certificate.named_by.line) == ("config.yml", 3)
    assert (pair.key.state, pair.key.problem) == (FileState.EMPTY, "/a.key is empty")
    assert found.keys == (pair.key,)


def test_what_is_no_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.key").mkdir()
    (pair,) = _gather(_installation(tmp_path), _config(certificate="/none.crt", key="/a.key")).pairs
    assert pair.certificate is not None
    assert pair.key is not None
    assert (pair.certificate.state, pair.certificate.problem) == (FileState.MISSING, "/none.crt does not exist")
    assert (pair.key.state, pair.key.problem) == (FileState.DIRECTORY, "/a.key is a directory")


def test_with_lets_encrypt_the_registry_does_not_look_at_the_files(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError):
        _gather(_installation(tmp_path), _config(key="/a.key", letsencrypt="{cachefile: /c}"))


def test_one_setting_alone_is_half_a_pair(tmp_path: Path) -> None:
    (pair,) = _gather(_installation(tmp_path), _config(certificate="/none.crt")).pairs
    assert pair.key is None


@pytest.mark.parametrize("dialect", [Dialect.COMPOSE, Dialect.HELM])
def test_paths_of_a_container_are_not_followed_on_the_host(tmp_path: Path, dialect: Dialect) -> None:
    with pytest.raises(NotApplicableError):
        _gather(_installation(tmp_path, dialect), _config(certificate="/a.crt", key="/a.key"))


def test_a_relative_path_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError):
        _gather(_installation(tmp_path), _config(certificate="a.crt", key="/a.key"))


def test_omnibus_pairs_are_those_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "etc/gitlab/ssl").mkdir(parents=True)
    for name in ("r.crt", "r.key", "ca.crt", "lonely.key", "dhparams.pem"):
        (tmp_path / "etc/gitlab/ssl" / name).write_text("x")
    found = _gather(_installation(tmp_path, Dialect.OMNIBUS), NONE)
    assert [pair.certificate.path for pair in found.pairs if pair.certificate] == ["/etc/gitlab/ssl/r.crt"]
    assert [pair.server for pair in found.pairs] == ["nginx"]
    assert [key.path for key in found.keys] == ["/etc/gitlab/ssl/r.key", "/etc/gitlab/ssl/lonely.key"]
    with pytest.raises(NotApplicableError):
        _gather(_installation(tmp_path, Dialect.SOURCE), NONE)


def test_without_a_root_nothing_is_followed_and_a_loop_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match="--root"):
        _gather(_installation(None), NONE)
    (tmp_path / "etc/gitlab").mkdir(parents=True)
    (tmp_path / "etc/gitlab/ssl").symlink_to("ssl")
    with pytest.raises(UnreadableError, match="a loop of symbolic links"):
        _gather(_installation(tmp_path, Dialect.OMNIBUS), NONE)


def test_a_pair_of_nginx_that_omnibus_folder_has_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "etc/gitlab/ssl").mkdir(parents=True)
    for name in ("r.crt", "r.key", "other.pem"):
        (tmp_path / "etc/gitlab/ssl" / name).write_text("x")
    lines = "".join(
        f"ssl_certificate /etc/gitlab/ssl/{name};\nssl_certificate_key /etc/gitlab/ssl/r.key;\n"
        for name in ("r.crt", "other.pem")
    )
    conf = tmp_path / "nginx.conf"
    conf.write_text(
        f"events {{}}\nhttp {{ server {{ listen 443 ssl;\n{lines}"
        "location /v2/ { proxy_pass http://127.0.0.1:5000; } } }\n"
    )
    installation = _installation(tmp_path, Dialect.OMNIBUS)
    nginx = read_nginx([conf], installation)
    config = parse_registry_config(b"http: {addr: '127.0.0.1:5000'}", "config.yml")
    found = tls_files.gather(installation, config, nginx, NONE)
    paths = [pair.certificate.path for pair in found.pairs if pair.certificate]
    assert paths == ["/etc/gitlab/ssl/r.crt", "/etc/gitlab/ssl/other.pem"]
    assert [key.path for key in found.keys] == ["/etc/gitlab/ssl/r.key"]
