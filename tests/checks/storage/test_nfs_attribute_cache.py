"""Instances that share a folder by NFS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.storage.nfs_attribute_cache import nfs_attribute_cache
from regdoctor.evidence.replicas import Replicas
from regdoctor.formats.registry_config import parse_registry_config
from tests.checks.storage.storage_mounts import mount, storage

if TYPE_CHECKING:
    from tests.checks.conftest import Given

ONE = parse_registry_config(b"storage:\n  filesystem: {rootdirectory: /srv/registry}\n", "one.yml")
TWO = parse_registry_config(b"storage:\n  filesystem: {rootdirectory: /srv/registry}\n", "two.yml")
BOTH = Replicas((ONE, TWO))


@pytest.mark.parametrize("options", [("rw",), ("rw", "actimeo=3"), ("acregmin=0", "acregmax=60")])
def test_two_instances_on_nfs_with_the_usual_cache_are_told_with_the_second(
    given: Given, options: tuple[str, ...]
) -> None:
    fail = given.fail(nfs_attribute_cache, storage=storage(mount("nfs4", *options)), replicas=BOTH)

    assert fail.resource == "/srv"
    assert fail.evidence[-1].source == "two.yml"


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("nfs4", ("noac",)),
        ("nfs", ("actimeo=0",)),
        ("nfs4", ("acregmin=0", "acregmax=0", "acdirmin=0", "acdirmax=0")),
        ("ceph", ("rw",)),
    ],
)
def test_without_a_cache_or_without_nfs_it_passes(given: Given, kind: str, options: tuple[str, ...]) -> None:
    given.passes(nfs_attribute_cache, storage=storage(mount(kind, *options)), replicas=BOTH)


def test_one_instance_needs_no_care_and_an_unknown_mount_is_unknown(given: Given) -> None:
    given.skips(nfs_attribute_cache, storage=storage(mount("nfs4")), replicas=Replicas((ONE,)))
    given.unknown(nfs_attribute_cache, storage=storage(), replicas=BOTH)
