"""Paths are followed below the examined root, and shown as the host itself calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation


@pytest.mark.parametrize(
    ("root", "path", "found"),
    [
        ("/", "/etc/crt", "/etc/crt"),
        ("/copy", "/etc/crt", "/copy/etc/crt"),
        ("/copy", "/copy/etc/crt", "/copy/etc/crt"),
        ("/copy", "relative/crt", None),
        (None, "/etc/crt", None),
    ],
)
def test_a_path_of_the_host_is_looked_for_below_the_root(root: str | None, path: str, found: str | None) -> None:
    installation = Installation(Path(root) if root else None, Dialect.PLAIN, live=False)
    assert installation.locate(path) == (Path(found) if found else None)


@pytest.mark.parametrize(
    ("root", "path", "name"),
    [
        ("/", "/etc/crt", "/etc/crt"),
        ("/copy", "/copy/etc/crt", "/etc/crt"),
        (None, "x/crt", "x/crt"),
        ("/a", "/b", "/b"),
    ],
)
def test_a_file_is_shown_as_its_host_calls_it(root: str | None, path: str, name: str) -> None:
    assert Installation(Path(root) if root else None, Dialect.PLAIN, live=False).name(Path(path)) == name
