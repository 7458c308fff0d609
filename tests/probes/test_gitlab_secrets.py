"""Reading gitlab-secrets.json from the host's tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.formats.located import UnreadableError
from regdoctor.probe import NotApplicableError
from regdoctor.probes.gitlab_secrets import gitlab_secrets


def on(root: Path, file: Path | None) -> Installation:
    """A host with the file."""
    return Installation(root, Dialect.OMNIBUS, False, gitlab_secrets=file)


def test_the_file_is_read_through_the_hosts_own_links(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text('{"registry": {"http_secret": "0123456789abcdef"}}')
    (tmp_path / "s.json").symlink_to("/real.json")
    found = gitlab_secrets.gather(on(tmp_path, tmp_path / "s.json"))
    assert found.http_secret.reveal() == "0123456789abcdef"


def test_a_broken_file_is_one_line_without_its_content_and_none_does_not_apply(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"registry": {"http_secret": "0123456789abcdef"')
    with pytest.raises(UnreadableError, match=r"s\.json:1") as caught:
        gitlab_secrets.gather(on(tmp_path, tmp_path / "s.json"))
    assert "0123456789abcdef" not in str(caught.value)
    with pytest.raises(NotApplicableError, match=r"no gitlab-secrets\.json"):
        gitlab_secrets.gather(on(tmp_path, None))
