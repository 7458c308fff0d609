"""Reading gitlab.rb from the host's tree, from a repository, and by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.compose_file import parse_compose_file
from regdoctor.formats.located import UnreadableError
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.gitlab_rb import gitlab_rb

NONE = Absent("none", applicable=False)


@pytest.mark.parametrize("place", ["etc/gitlab/gitlab.rb", "gitlab.rb"])
def test_the_file_of_a_host_or_of_a_repository_is_read(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text("registry['dir'] = '/r'\n")
    found = gitlab_rb.gather(Installation(tmp_path, Dialect.OMNIBUS, live=False), NONE)
    assert found.at("registry", "dir").text() == "/r"
    assert found.source == str(tmp_path / place)


def test_a_file_that_is_named_is_read_without_a_root(tmp_path: Path) -> None:
    path = tmp_path / "production.rb"
    path.write_text("registry['dir'] = '/r'\n")
    here = Installation(None, Dialect.OMNIBUS, live=False, named={FileKind.GITLAB_RB: (path,)})
    assert gitlab_rb.gather(here, NONE).source == str(path)


def test_none_does_not_apply_and_a_broken_one_is_one_line(tmp_path: Path) -> None:
    here = Installation(tmp_path, Dialect.OMNIBUS, live=False)
    with pytest.raises(NotApplicableError, match=r"no gitlab\.rb"):
        gitlab_rb.gather(here, NONE)
    (tmp_path / "gitlab.rb").write_text("registry['a' = 1\n")
    with pytest.raises(UnreadableError, match=r"gitlab\.rb:1: a syntax error in Ruby"):
        gitlab_rb.gather(here, NONE)
    (tmp_path / "gitlab.rb").write_bytes(b"#" * (3 * 1024 * 1024))
    with pytest.raises(UnreadableError, match=r"gitlab\.rb"):
        gitlab_rb.gather(here, NONE)


def _composed(root: Path, service: str) -> Any:
    """What the probe makes of a Compose file with one service `gitlab`; each line of `service` is one of it."""
    path = root / "docker-compose.yml"
    path.write_text("services:\n  gitlab:\n" + "".join(f"    {line}\n" for line in service.splitlines()))
    compose = parse_compose_file([(path.read_bytes(), str(path))])
    return gitlab_rb.gather(Installation(root, Dialect.COMPOSE, live=False), compose)


BLOCK = """image: gitlab/gitlab-ee:17.5.1-ee.0
environment:
  GITLAB_OMNIBUS_CONFIG: |

    # a remark
    external_url 'https://gitlab.example.com'
    registry['dir'] = "/r$$1"
"""


def test_the_variable_of_the_official_image_is_read_with_the_lines_of_the_compose_file(tmp_path: Path) -> None:
    rb = _composed(tmp_path, BLOCK)
    shown = [rb.at("external_url"), rb.at("registry", "dir")]
    assert [(value.text(), value.place.line) for value in shown] == [("https://gitlab.example.com", 8), ("/r$1", 9)]
    assert rb.source == str(tmp_path / "docker-compose.yml")


@pytest.mark.parametrize(
    "environment",
    [
        "environment:\n  GITLAB_OMNIBUS_CONFIG: \"external_url 'https://g'; registry['dir'] = '/r'\"",
        "environment:\n  - GITLAB_OMNIBUS_CONFIG=external_url 'https://g'; registry['dir'] = '/r'",
    ],
)
def test_one_line_of_ruby_stands_on_the_line_of_the_variable(tmp_path: Path, environment: str) -> None:
    rb = _composed(tmp_path, environment)
    assert (rb.at("registry", "dir").text(), rb.at("registry", "dir").place.line) == ("/r", 4)


def test_lines_that_the_compose_file_does_not_have_are_counted_within_the_variable(tmp_path: Path) -> None:
    rb = _composed(tmp_path, "environment:\n  GITLAB_OMNIBUS_CONFIG: \"a = 1\\nregistry['dir'] = '/r'\\n\"")
    assert (rb.source, rb.at("registry", "dir").place.line) == (
        f"{tmp_path}/docker-compose.yml:4, GITLAB_OMNIBUS_CONFIG",
        2,
    )


@pytest.mark.parametrize("mount", ["./config/gitlab.rb:/etc/gitlab/gitlab.rb:ro", "./config:/etc/gitlab"])
def test_a_mounted_file_is_read_and_comes_after_the_variable(tmp_path: Path, mount: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/gitlab.rb").write_text("registry['dir'] = '/file'\n")
    rb = _composed(tmp_path, f"image: gitlab/gitlab-ce\nvolumes: ['{mount}']")
    assert (rb.source, rb.is_complete()) == (str(tmp_path / "config/gitlab.rb"), True)
    both = _composed(tmp_path, f"{BLOCK}volumes: ['{mount}']")
    assert both.at("registry", "dir").text() == "/file"
    assert both.problems == (f"{tmp_path}/docker-compose.yml:5: GITLAB_OMNIBUS_CONFIG may set more",)


def test_a_mounted_file_without_settings_or_none_leaves_the_variable(tmp_path: Path) -> None:
    assert _composed(tmp_path, f"{BLOCK}volumes: ['./config:/etc/gitlab']").at("registry", "dir").text() == "/r$1"
    (tmp_path / "config").mkdir()
    (tmp_path / "config/gitlab.rb").write_text("# external_url 'https://x'\n")
    assert _composed(tmp_path, f"{BLOCK}volumes: ['./config:/etc/gitlab']").at("registry", "dir").text() == "/r$1"


def test_other_containers_and_what_the_shell_fills_in(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match=r"no gitlab\.rb"):
        _composed(tmp_path, "image: registry:2")
    with pytest.raises(CouldNotGatherError, match=r"docker-compose\.yml:4 is filled in by variables"):
        _composed(tmp_path, "environment:\n  GITLAB_OMNIBUS_CONFIG: external_url '${HERE}'")


def test_broken_ruby_in_a_variable_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"docker-compose\.yml:5: a syntax error in Ruby"):
        _composed(tmp_path, "environment:\n  GITLAB_OMNIBUS_CONFIG: |\n    registry['a' = 1\n    b = 2")
