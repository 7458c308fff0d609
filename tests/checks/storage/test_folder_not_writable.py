"""Who may write where the images belong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Pass, Quote, Severity, Unknown
from regdoctor.checks.storage.folder_not_writable import folder_not_writable
from regdoctor.evidence.storage_folder import ENTER, WRITE, Account, Folder, StorageFolder
from tests.checks.seen_in_traffic import seen
from tests.checks.storage.storage_mounts import NAMED
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

SAID = Quote("/proc/7/status", "uid 102")
REGISTRY = Account("registry", 102, frozenset((105,)), SAID)
GIT = Account("git", 998, frozenset((998,)), Quote("/etc/passwd", "the user git"))
TOP = Folder("/", 0, 0, 0o755, "root:root", ENTER)
SRV = Folder("/srv", 0, 0, 0o755, "root:root", ENTER)
DATA = Folder("/srv/registry", 102, 105, 0o750, "registry:registry", WRITE | ENTER)
HEALTHY = StorageFolder(NAMED, "/srv/registry", (TOP, SRV, DATA), REGISTRY)


def test_the_registrys_own_folder_passes(given: Given) -> None:
    given.passes(folder_not_writable, storage=HEALTHY)


def test_a_folder_of_roots_is_given_to_the_registry(given: Given) -> None:
    seen = replace(HEALTHY, folders=(TOP, SRV, replace(DATA, uid=0, gid=0, owner="root:root")))
    fail = given.fail(folder_not_writable, storage=seen)

    assert "registry, who may not write to and enter /srv/registry (mode 0750, root:root)" in fail.message
    assert fail.remedy[Dialect.PLAIN].commands[0] == "sudo chown -R registry: /srv/registry"


def test_a_closed_parent_is_the_one_at_fault(given: Given) -> None:
    fail = given.fail(folder_not_writable, storage=replace(HEALTHY, folders=(TOP, replace(SRV, mode=0o700), DATA)))

    assert fail.resource == "/srv"
    assert fail.remedy[Dialect.PLAIN].commands == ("sudo chmod a+x /srv",)


def test_a_folder_that_is_not_there_is_made(given: Given) -> None:
    seen = replace(HEALTHY, folders=(TOP, replace(SRV, needed=WRITE | ENTER)), is_there=False)
    fail = given.fail(folder_not_writable, storage=seen)

    assert fail.remedy[Dialect.PLAIN].commands == ("sudo install -d -o registry -m 0750 /srv/registry",)


def test_a_user_without_a_name_is_called_by_its_number(given: Given) -> None:
    seen = replace(HEALTHY, account=replace(REGISTRY, name="5000", uid=5000, groups=frozenset((5000,))))

    assert (
        "chown -R 5000 /srv/registry" in given.fail(folder_not_writable, storage=seen).remedy[Dialect.PLAIN].commands[0]
    )


def test_access_control_lists_servers_and_unknown_accounts_leave_it_open(given: Given) -> None:
    closed = replace(DATA, uid=0, gid=0)
    reasons = [
        given.unknown(folder_not_writable, storage=seen)
        for seen in (
            replace(HEALTHY, folders=(TOP, replace(closed, has_acl=True))),
            replace(HEALTHY, folders=(TOP, closed), foreign_modes="nfs4"),
            replace(HEALTHY, account=None, unknown_account="nobody said so"),
            replace(HEALTHY, problem="/srv/registry/docker: permission denied"),
        )
    ]
    assert "access control list" in reasons[0]
    assert "nfs4" in reasons[1]


def test_root_is_bound_by_no_mode_but_by_the_server_of_a_share(given: Given) -> None:
    root = Account("root", 0, frozenset((0,)), SAID, overrides=True)
    seen = replace(HEALTHY, account=root)

    given.passes(folder_not_writable, storage=seen)
    assert "root_squash" in given.unknown(folder_not_writable, storage=replace(seen, foreign_modes="nfs4"))


def test_gitlab_must_be_able_to_read_what_it_backs_up(given: Given) -> None:
    (closed,) = (one for one in given.outcomes(folder_not_writable, storage=replace(HEALTHY, gitlab=GIT))[1:])
    assert isinstance(closed, Fail)
    assert closed.severity is Severity.WARNING

    shared = replace(HEALTHY, folders=(TOP, SRV, replace(DATA, gid=998, mode=0o770)), gitlab=GIT)
    assert all(isinstance(one, Pass) for one in given.outcomes(folder_not_writable, storage=shared))
    listed = replace(HEALTHY, folders=(TOP, SRV, replace(DATA, has_acl=True)), gitlab=GIT)
    assert isinstance(given.outcomes(folder_not_writable, storage=listed)[1], Unknown)


@pytest.mark.parametrize(
    ("detail", "count"),
    [
        ({"DriverName": "filesystem", "Enclosed": {"Op": "mkdir", "Path": "/data/docker", "Err": 13}}, 1),
        ("filesystem: mkdir /data/docker: permission denied", 1),
        ({"driver": "filesystem", "detail": "mkdir /data/docker: permission denied"}, 1),
        ({"DriverName": "filesystem", "Enclosed": {"Op": "mkdir", "Path": "/data/docker", "Err": 20}}, 0),
        ({"DriverName": "s3aws", "Enclosed": {}}, 0),
        ("s3aws: permission denied", 0),
        (None, 0),
    ],
)
def test_the_registry_says_so_in_traffic(detail: object, count: int) -> None:
    body = {"errors": [{"code": "UNKNOWN", "message": "unknown error", "detail": detail}]}
    found = seen(folder_not_writable, exchanged("POST /v2/a/blobs/uploads/", 500, body=body))
    assert ["/data/docker: permission denied" in fail.message for fail in found] == [True] * count
    assert not seen(folder_not_writable, exchanged("POST /v2/a/blobs/uploads/", 202))
