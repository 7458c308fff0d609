"""Every nginx configuration of a tree, healthy or broken by a case of this family, is one that nginx takes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from regdoctor.catalogue import checks

if TYPE_CHECKING:
    from collections.abc import Callable

TREES = Path(__file__).parents[2] / "trees"
MAIN = {
    "omnibus": "var/opt/gitlab/nginx/conf/nginx.conf",
    "source": "etc/nginx/nginx.conf",
    "compose": "nginx.conf",
    "password": "etc/nginx/nginx.conf",
}
FAMILY = {item.name for item in checks() if item.family == "proxy" and "nginx" in item.inputs}
REFUSED = {
    "nginx_refuses": 'invalid number of arguments in "proxy_set_header"',
    "nginx_refuses--unknown": 'unknown directive "client_maxbody_size"',
    "nginx_refuses--place": '"proxy_pass" directive is not allowed here',
    "upstream_name_unknown--misspelt": 'host not found in upstream "regstry-app"',
}
"""The cases in which nginx does not start, with what it says: that is what they are about."""
CASES = [path for path in sorted((TREES / "cases").glob("*.yaml")) if path.stem.partition("--")[0] in FAMILY]


@pytest.mark.parametrize("tree", MAIN)
def test_a_healthy_tree_is_taken(tree: str, nginx_takes: Callable[[Path, Path], str], tmp_path: Path) -> None:
    root = tmp_path / "tree"
    shutil.copytree(TREES / tree, root)
    assert nginx_takes(root / MAIN[tree], root) == ""


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_tree_of_a_case_is_taken(path: Path, nginx_takes: Callable[[Path, Path], str], tmp_path: Path) -> None:
    told: dict[str, Any] = yaml.safe_load(path.read_text())
    root = tmp_path / "tree"
    shutil.copytree(TREES / told["tree"], root)
    for place, changes in told.get("edit", {}).items():
        text = (root / place).read_text()
        for old, new in changes.items():
            text = text.replace(old, new)
        (root / place).write_text(text)
    refused = REFUSED.get(path.stem)
    said = nginx_takes(root / MAIN[told["tree"]], root)
    assert said == "" if refused is None else refused in said


def test_each_check_has_a_case() -> None:
    assert {path.stem.partition("--")[0] for path in CASES} == FAMILY


def test_the_fixture_sees_what_nginx_refuses(nginx_takes: Callable[[Path, Path], str], tmp_path: Path) -> None:
    (tmp_path / "nginx.conf").write_text("events {}\nhttp { server { proxy_pass http://127.0.0.1; } }\n")
    assert re.search("not allowed here", nginx_takes(tmp_path / "nginx.conf", tmp_path))
