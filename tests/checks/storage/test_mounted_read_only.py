"""A mount without writes, and a registry that wants none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.mounted_read_only import mounted_read_only
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from tests.checks.seen_in_traffic import seen
from tests.checks.storage.storage_mounts import mount, storage
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _config(maintenance: str = "") -> RegistryConfig:
    text = f"storage:\n  filesystem: {{rootdirectory: /srv/registry}}\n{maintenance}"
    return parse_registry_config(text.encode(), "config.yml")


def test_a_read_only_mount_is_mended_by_mounting_it_anew(given: Given) -> None:
    fail = given.fail(mounted_read_only, storage=storage(mount("ext4", "ro", point="/a b")), config=_config())

    assert fail.resource == "/a b"
    assert fail.remedy[Dialect.PLAIN].commands[-1] == "sudo mount -o remount,rw '/a b'"


def test_a_registry_that_is_told_to_be_read_only_is_skipped(given: Given) -> None:
    config = _config("  maintenance: {readonly: {enabled: true}}\n")

    given.skips(mounted_read_only, storage=storage(mount("ext4", "ro")), config=config)


def test_a_mount_for_writing_passes_and_an_unknown_one_does_not(given: Given) -> None:
    given.passes(mounted_read_only, storage=storage(mount()), config=_config())
    given.unknown(mounted_read_only, storage=storage(), config=_config())


@pytest.mark.parametrize(
    ("detail", "count"),
    [
        ({"DriverName": "filesystem", "Enclosed": {"Op": "mkdir", "Path": "/data/docker", "Err": 30}}, 1),
        ("filesystem: mkdir /data/docker: read-only file system", 1),
        ({"driver": "filesystem", "detail": "mkdir /data/docker: read-only file system"}, 1),
        ({"DriverName": "filesystem", "Enclosed": {"Op": "mkdir", "Path": "/data/docker", "Err": 20}}, 0),
        ({"DriverName": "s3aws", "Enclosed": {}}, 0),
        ("s3aws: read-only file system", 0),
        (None, 0),
    ],
)
def test_the_registry_says_so_in_traffic(detail: object, count: int) -> None:
    body = {"errors": [{"code": "UNKNOWN", "message": "unknown error", "detail": detail}]}
    found = seen(mounted_read_only, exchanged("POST /v2/a/blobs/uploads/", 500, body=body))
    assert ["/data/docker: read-only file system" in fail.message for fail in found] == [True] * count
    assert not seen(mounted_read_only, exchanged("POST /v2/a/blobs/uploads/", 202))
