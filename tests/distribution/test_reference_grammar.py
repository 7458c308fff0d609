"""The grammar of repository names and tags."""

from __future__ import annotations

import pytest

from regdoctor.distribution.reference_grammar import is_repository, is_tag


@pytest.mark.parametrize("name", ["a", "group/sub-group/project.x", "a__b/c--d", "0/1"])
def test_names_of_repositories(name: str) -> None:
    assert is_repository(name)


@pytest.mark.parametrize("name", ["", "/a", "a/", "a//b", "A", "a..b", "..", "-a", "a" * 256, "a\n"])
def test_what_names_no_repository(name: str) -> None:
    assert not is_repository(name)


@pytest.mark.parametrize("tag", ["latest", "_x", "1.0-rc.1", "A" * 128])
def test_tags(tag: str) -> None:
    assert is_tag(tag)


@pytest.mark.parametrize("tag", ["", ".x", "-x", "a/b", "a b", "A" * 129, "a\n"])
def test_what_is_no_tag(tag: str) -> None:
    assert not is_tag(tag)
