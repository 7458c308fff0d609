"""A token is read where the registry's process reads it, anew each time, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.evidence.aws_settings import AwsSettings
from regdoctor.formats.located import Located, Place
from regdoctor.probes.token_file import read_token

NAME = "AWS_WEB_IDENTITY_TOKEN_FILE"


def settings(file: str, root: Path | None) -> AwsSettings:
    place = Place("environment of process 7", layer="environment")
    return AwsSettings(place.source, {NAME: Located(file, place, NAME)}, root=root)


def test_a_link_within_the_registrys_root_leads_where_the_registry_goes(tmp_path: Path) -> None:
    """Kubernetes mounts tokens as links to a folder that changes with each rotation."""
    (tmp_path / "var/..data").mkdir(parents=True)
    (tmp_path / "var/token").symlink_to("/var/..data/token")
    for text in ("the.first.token", "the.second.token"):
        (tmp_path / "var/..data/token").write_text(text)
        token, problem = read_token(settings("/var/token", tmp_path), NAME)
        assert token is not None
        assert (token.reveal(), problem) == (text, "")
        assert text not in str(token)


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("/none", b"x", "cannot be read"),
        ("token", b"x", "no absolute path"),
        ("/token", b" \n", "is empty"),
        ("/token", b"x" * (1 << 17), "cannot be read"),
    ],
)
def test_what_is_no_token_is_told(tmp_path: Path, file: str, content: bytes, reason: str) -> None:
    (tmp_path / "token").write_bytes(content)
    token, problem = read_token(settings(file, tmp_path), NAME)
    assert token is None
    assert reason in problem


def test_a_file_within_a_container_is_not_looked_for_on_this_host(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("of-this-host")
    assert "within the registry's container" in read_token(settings(str(tmp_path / "token"), None), NAME)[1]
