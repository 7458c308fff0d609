"""Reading gitlab.rb from the host's tree, from a repository, and by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.located import UnreadableError
from regdoctor.probe import NotApplicableError
from regdoctor.probes.gitlab_rb import gitlab_rb


@pytest.mark.parametrize("place", ["etc/gitlab/gitlab.rb", "gitlab.rb"])
def test_the_file_of_a_host_or_of_a_repository_is_read(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text("registry['dir'] = '/r'\n")
    found = gitlab_rb.gather(Installation(tmp_path, Dialect.OMNIBUS, live=False))
    assert found.at("registry", "dir").text() == "/r"
    assert found.source == str(tmp_path / place)


def test_a_file_that_is_named_is_read_without_a_root(tmp_path: Path) -> None:
    path = tmp_path / "production.rb"
    path.write_text("registry['dir'] = '/r'\n")
    here = Installation(None, Dialect.OMNIBUS, live=False, named={FileKind.GITLAB_RB: (path,)})
    assert gitlab_rb.gather(here).source == str(path)


def test_none_does_not_apply_and_a_broken_one_is_one_line(tmp_path: Path) -> None:
    here = Installation(tmp_path, Dialect.OMNIBUS, live=False)
    with pytest.raises(NotApplicableError, match=r"no gitlab\.rb"):
        gitlab_rb.gather(here)
    (tmp_path / "gitlab.rb").write_text("registry['a' = 1\n")
    with pytest.raises(UnreadableError, match=r"gitlab\.rb:1: a syntax error in Ruby"):
        gitlab_rb.gather(here)
    (tmp_path / "gitlab.rb").write_bytes(b"#" * (3 * 1024 * 1024))
    with pytest.raises(UnreadableError, match=r"gitlab\.rb"):
        gitlab_rb.gather(here)
