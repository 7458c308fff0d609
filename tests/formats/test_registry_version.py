"""Versions as programs, packages, images and logs write them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.generation import Generation
from regdoctor.formats.registry_version import (
    in_log,
    in_package_database,
    in_version_manifest,
    of_program,
    read_version,
)

V2, V3, GITLAB = Generation


@pytest.mark.parametrize(
    ("text", "generation", "version"),
    [
        ("2.8.2+ds1-1", V2, (2, 8, 2)),
        ("1:2.8.2+ds1-1", V2, (2, 8, 2)),
        ("2", V2, (2,)),
        ("v3.0.0-rc.1", V3, (3, 0, 0)),
        ("v4.29.0-gitlab", GITLAB, (4, 29, 0)),
        ("3.0.0-gitlab", GITLAB, (3, 0, 0)),
        ("9.1", None, (9, 1)),
        ("latest", None, ()),
        ("0123456789abcdef", None, ()),
        ("", None, ()),
    ],
)
def test_a_version_names_its_product(text: str, generation: Generation | None, version: tuple[int, ...]) -> None:
    assert read_version(text) == (generation, version)


def test_the_program_says_its_version() -> None:
    assert of_program("docker-registry github.com/docker/distribution 2.8.2+ds1\n") == "2.8.2+ds1"
    assert of_program("Error: unknown flag") is None


def test_the_manifest_of_omnibus_names_the_component_with_its_line() -> None:
    text = "gitlab-ee 18.5.1\n\nComponent  Installed Version\n----\nregistry   v4.29.0-gitlab  git remote\n"
    found = in_version_manifest(text.encode(), "m.txt")
    assert found is not None
    assert (found.text(), found.place.line) == ("v4.29.0-gitlab", 5)
    manifest = {"software": {"registry": {"locked_version": "a" * 40, "described_version": "v4.29.0-gitlab"}}}
    found = in_version_manifest(json.dumps(manifest).encode(), "m.json")
    assert found is not None
    assert found.text() == "v4.29.0-gitlab"


@pytest.mark.parametrize(
    "data", [b"", b"{", b"{}", b'{"software": []}', b'{"software": {"registry": {"locked_version": 5}}}', b"nginx 1\n"]
)
def test_a_manifest_without_the_component_tells_nothing(data: bytes) -> None:
    assert in_version_manifest(data, "m") is None


_STATUS = b"""\
Package: zlib
Status: install ok installed
Version: 1

Package: docker-registry
Status: install ok installed
Version: 2.8.2+ds1-1
"""


def test_an_installed_package_has_its_version_and_line() -> None:
    found = in_package_database(_STATUS, "status", "docker-registry")
    assert found is not None
    assert found.quote().quote == "Version: 2.8.2+ds1-1"
    assert found.place.line == 7


def test_a_package_that_was_removed_is_not_installed() -> None:
    removed = _STATUS.replace(
        b"docker-registry\nStatus: install ok installed", b"docker-registry\nStatus: deinstall ok config-files"
    )
    assert in_package_database(removed, "status", "docker-registry") is None
    assert in_package_database(_STATUS, "status", "nginx") is None


@pytest.mark.parametrize(
    ("line", "version"),
    [
        (b'time="x" level=info msg="y" go.version=go1.19.8 instance.id=1 version=2.8.2+ds1', "2.8.2+ds1"),
        (b'{"go.version":"go1.23","instance.id":"1","version":"3.0.0"}', "3.0.0"),
        (b'{"correlation_id":"1","msg":"registry","version":"v4.29.0-gitlab"}', "v4.29.0-gitlab"),
        (b"go.version=go1.19.8 instance.id=1", None),
        (b"nginx version=1.27.0 of the registry", None),
        (b"something else version=2.8.2", None),
    ],
)
def test_the_last_line_of_a_log_that_tells_a_version_counts(line: bytes, version: str | None) -> None:
    found = in_log(b"cut in the mid\n" + line + b"\nnothing here\n", "log")
    assert (found and found.text()) == version


@given(st.binary(max_size=300))
def test_no_bytes_crash_a_reader(data: bytes) -> None:
    in_log(data, "s")
    in_version_manifest(data, "s")
    in_package_database(data, "s", "docker-registry")
