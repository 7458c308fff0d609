"""What the registry's identity may write is tried on real stores, and nothing of it stays, however the trial ends."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Check, Fail, Outcome
from regdoctor.checks.storage.s3_acls_disabled import s3_acls_disabled
from regdoctor.checks.storage.s3_delete_forbidden import s3_delete_forbidden
from regdoctor.checks.storage.s3_kms_denied import s3_kms_denied
from regdoctor.checks.storage.s3_multipart_forbidden import s3_multipart_forbidden
from regdoctor.checks.storage.s3_part_incompatible import s3_part_incompatible
from regdoctor.checks.storage.s3_storage_class_unsupported import s3_storage_class_unsupported
from regdoctor.checks.storage.s3_write_forbidden import s3_write_forbidden
from regdoctor.evidence.product import Product
from regdoctor.evidence.s3_writes import S3Writes
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.lab.front import main_conf
from regdoctor.lab.object_store import Identity, ObjectStore
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.bucket import registry_bucket
from regdoctor.probes.bucket_writes import BucketWrites, object_headers
from regdoctor.probes.ledger import Ledger
from regdoctor.probes.s3_leftovers import Leftovers
from regdoctor.probes.s3_writes import try_writes
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.moto_store import ACTIONS, MotoStore, s3_config, s3_section

CHECKS: tuple[Check, ...] = (
    s3_acls_disabled,
    s3_delete_forbidden,
    s3_kms_denied,
    s3_multipart_forbidden,
    s3_part_incompatible,
    s3_storage_class_unsupported,
    s3_write_forbidden,
)
EVERY_CALL = 12
ASKED_FIRST = 2
"""Requests before anything is noted: the bucket's versioning and its object lock."""
VERSIONED = (
    *ACTIONS,
    "s3:GetBucketVersioning",
    "s3:GetBucketObjectLockConfiguration",
    "s3:ListBucketVersions",
    "s3:DeleteObjectVersion",
)
"""What it takes to leave no version behind."""


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MotoStore]:
    """A store with IAM, and a bucket `registry` in it."""
    processes = Processes()
    store = MotoStore(tmp_path_factory.mktemp("moto"), processes)
    try:
        store.start("registry")
        yield store
    finally:
        processes.stop_all()


@pytest.fixture
def bucket(object_store: ObjectStore) -> Iterator[str]:
    """A bucket of SeaweedFS with an image's blob in it."""
    name = object_store.create_bucket()
    object_store.put(name, "docker/registry/v2/blobs/sha256/aa/aabb/data", b"a blob")
    yield name
    object_store.delete_tree(name)


def writes_of(config: RegistryConfig) -> BucketWrites:
    """The bucket of a configuration."""
    parameters = s3_parameters(config)
    assert parameters is not None
    return BucketWrites(registry_bucket(config, Http(TrustedCAs()), 5.0), object_headers(parameters))


def found(config: RegistryConfig, ledger: Path) -> tuple[S3Writes, set[str]]:
    """The trial, and the checks whose findings it brings about."""
    writes = try_writes(writes_of(config), Ledger(ledger))
    settings = Absent("not part of this test", applicable=False)
    given = {"writes": writes, "config": config, "product": Product(None, reason="not known"), "bucket": settings}
    failing = set()
    for item in CHECKS:
        told = item.judge(**{name: given[name] for name in item.inputs})
        outcomes = [told] if isinstance(told, Outcome) else list(told)
        failing |= {item.name for outcome in outcomes if isinstance(outcome, Fail)}
    return writes, failing


def noted(ledger: Path) -> list[str]:
    """The kinds of what the ledger holds."""
    return [entry["kind"] for entry in json.loads(ledger.read_text("utf-8"))]


def test_every_call_is_made_and_nothing_stays(object_store: ObjectStore, bucket: str, tmp_path: Path) -> None:
    before = object_store.keys(bucket)
    config = s3_config(object_store.endpoint, bucket, object_store.identities["full"])

    writes, failing = found(config, tmp_path / "ledger.json")

    assert all(call.done for call in writes.calls), [call.quote() for call in writes.calls]
    assert len(writes.calls) == EVERY_CALL
    assert (writes.removed, writes.leftover) == (True, "")
    assert failing == set()
    assert object_store.keys(bucket) == before
    assert noted(tmp_path / "ledger.json") == []


def test_one_who_may_not_write_leaves_nothing_to_remove(object_store: ObjectStore, bucket: str, tmp_path: Path) -> None:
    before = object_store.keys(bucket)
    config = s3_config(object_store.endpoint, bucket, object_store.identities["no-write"])

    writes, failing = found(config, tmp_path / "ledger.json")

    assert failing == {"s3_write_forbidden", "s3_delete_forbidden"}
    assert writes.removed
    assert object_store.keys(bucket) == before
    assert noted(tmp_path / "ledger.json") == []


CHILD = """
import itertools, os, signal, sys
from pathlib import Path
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.http import Http, TrustedCAs
from regdoctor.probes.bucket import Bucket, registry_bucket
from regdoctor.probes.bucket_writes import BucketWrites, object_headers
from regdoctor.probes.ledger import Ledger
from regdoctor.probes.s3_writes import try_writes
text, folder = sys.argv[1:]
config = parse_registry_config(text.encode(), "config.yml")
def trial(number, before):
    left = itertools.count(number, -1)
    def deadly(step):
        def call(*given, **named):
            last = next(left) == 0
            if last and before:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = step(*given, **named)
            if last:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer
        return call
    Bucket.send = deadly(Bucket.send)
    bucket = registry_bucket(config, Http(TrustedCAs()), 5.0)
    writes = BucketWrites(bucket, object_headers(s3_parameters(config)))
    try_writes(writes, Ledger(Path(folder, f"{number}-{before}", "ledger.json")))
for number in itertools.count():
    for before in (True, False):
        child = os.fork()
        if not child:
            trial(number, before)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            print(number)
            sys.exit(os.WEXITSTATUS(status))
"""
"""Trials that are killed before and after each of their requests; it prints how many requests a whole one makes."""


@pytest.mark.parametrize("store", ["seaweedfs", "moto"])
def test_what_a_killed_run_leaves_the_next_one_removes(
    object_store: ObjectStore, bucket: str, moto: MotoStore, tmp_path: Path, store: str
) -> None:
    weed = store == "seaweedfs"
    user = object_store.identities["full"] if weed else moto.users[""]
    endpoint, name = (object_store.endpoint, bucket) if weed else (moto.endpoint, "registry")
    before = object_store.keys(bucket)
    words = [sys.executable, "-c", CHILD, s3_section(endpoint, name, user), str(tmp_path)]
    run = subprocess.run(words, capture_output=True, text=True, timeout=100, check=False)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > EVERY_CALL
    ledgers = sorted(tmp_path.glob("*/ledger.json"))
    assert len(ledgers) == 2 * (int(run.stdout) - ASKED_FIRST) + 1
    if weed:
        assert object_store.keys(bucket) != before
    writes = writes_of(s3_config(endpoint, name, user))
    assert b"<Upload>" in writes.list_uploads("").body

    for ledger in ledgers:
        Leftovers(writes, Ledger(ledger)).clean_up(float("inf"))

    assert object_store.keys(bucket) == before
    assert b"<Upload>" not in writes.list_uploads("").body
    assert writes.bucket.list("docker/registry/v2/repositories/", 10).keys == ()
    assert not any(map(noted, ledgers))


def versions(client: Any, name: str) -> list[str]:
    """The keys of all versions and delete markers below the registry's repositories."""
    page = client.list_object_versions(Bucket=name, Prefix="docker/registry/v2/repositories/")
    return [row["Key"] for kind in ("Versions", "DeleteMarkers") for row in page.get(kind, ())]


@pytest.fixture(params=["seaweedfs", "moto"])
def versioned(
    request: pytest.FixtureRequest, object_store: ObjectStore, moto: MotoStore
) -> Iterator[tuple[Any, str, Identity, str]]:
    """A bucket that keeps versions: a client of its owner, the endpoint, one who may write, the name."""
    weed, name = request.param == "seaweedfs", f"versioned-{uuid.uuid4().hex[:8]}"
    user = object_store.identities["full"] if weed else moto.add_user(name, VERSIONED)
    endpoint = object_store.endpoint if weed else moto.endpoint
    owner = moto.client("s3", user if weed else moto.add_user(name, ("*",)), endpoint)
    owner.create_bucket(Bucket=name)
    owner.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    yield owner, endpoint, user, name
    if weed:
        object_store.delete_tree(name)


def test_no_version_of_a_trial_stays(versioned: tuple[Any, str, Identity, str], tmp_path: Path) -> None:
    owner, endpoint, user, name = versioned
    writes, failing = found(s3_config(endpoint, name, user), tmp_path / "ledger.json")
    assert len(writes.calls) == EVERY_CALL
    assert (writes.removed, writes.leftover, failing) == (True, "", set())
    assert versions(owner, name) == []
    assert noted(tmp_path / "ledger.json") == []


def test_a_killed_run_leaves_no_version_to_the_next(versioned: tuple[Any, str, Identity, str], tmp_path: Path) -> None:
    owner, endpoint, user, name = versioned
    words = [sys.executable, "-c", CHILD, s3_section(endpoint, name, user), str(tmp_path)]
    run = subprocess.run(words, capture_output=True, text=True, timeout=140, check=False)
    assert run.returncode == 0, run.stderr
    assert versions(owner, name) != []
    for ledger in sorted(tmp_path.glob("*/ledger.json")):
        Leftovers(writes_of(s3_config(endpoint, name, user)), Ledger(ledger)).clean_up(float("inf"))
        assert noted(ledger) == []
    assert versions(owner, name) == []


@pytest.mark.parametrize("versioned", ["moto"], indirect=True)
def test_versions_stay_where_one_may_not_remove_them_and_that_is_told(
    versioned: tuple[Any, str, Identity, str], moto: MotoStore, tmp_path: Path
) -> None:
    owner, endpoint, _, name = versioned
    writes, failing = found(s3_config(endpoint, name, moto.add_user(name, ACTIONS)), tmp_path / "ledger.json")
    assert (len(writes.calls), writes.removed, failing) == (EVERY_CALL, True, set())
    assert "the bucket keeps versions" in writes.leftover
    assert versions(owner, name) != []
    assert owner.list_objects(Bucket=name).get("Contents", []) == []


@pytest.mark.parametrize("mode", ["COMPLIANCE", "GOVERNANCE"])
def test_nothing_is_written_where_new_objects_are_retained(moto: MotoStore, tmp_path: Path, mode: str) -> None:
    name = f"locked-{mode.lower()}"
    user = moto.add_user(name, ("*",))
    owner = moto.client("s3", user)
    owner.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    retention = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": mode, "Days": 30}}}
    owner.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=retention)
    with pytest.raises(CouldNotGatherError, match=f"retains each new object .{mode}, 30 days"):
        found(s3_config(moto.endpoint, name, user), tmp_path / "ledger.json")
    assert versions(owner, name) == []


MISSING: dict[str, set[str]] = {
    "": set(),
    "s3:PutObject": {"s3_write_forbidden"},
    "s3:DeleteObject": {"s3_delete_forbidden"},
    "s3:ListMultipartUploadParts": {"s3_multipart_forbidden"},
    "s3:ListBucketMultipartUploads": set(),  # its check asks without writing
    "s3:AbortMultipartUpload": {"s3_multipart_forbidden"},
}


@pytest.mark.parametrize("action", MISSING)
def test_each_permission_that_iam_does_not_grant_is_the_only_finding(
    moto: MotoStore, tmp_path: Path, action: str
) -> None:
    ledger = tmp_path / "ledger.json"
    _, failing = found(s3_config(moto.endpoint, "registry", moto.users[action]), ledger)
    assert failing == MISSING[action]

    # What it could not remove itself, one who may removes, whatever was refused before.
    Leftovers(writes_of(s3_config(moto.endpoint, "registry", moto.users[""])), Ledger(ledger)).clean_up(float("inf"))

    assert _keys(moto) == []
    assert noted(ledger) == []


@pytest.mark.parametrize("action", ["", "s3:PutObject", "s3:DeleteObject"])
def test_the_real_registry_does_what_the_checks_say(moto: MotoStore, lone_registry: LoneRegistry, action: str) -> None:
    lone_registry.serve(s3_section(moto.endpoint, "registry", moto.users[action]))

    started = lone_registry.ask("POST", "/v2/a/blobs/uploads/")

    assert started.status == (500 if action == "s3:PutObject" else 202), lone_registry.log
    if started.status == 202:
        location = next(value for name, value in started.headers.items() if name.lower() == "location")
        digest = "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # of `x`
        path = f"{location.removeprefix(lone_registry.url)}&digest={digest}"
        done = lone_registry.ask("PUT", path, b"x", {"Content-Type": "application/octet-stream"})
        assert done.status == 201, lone_registry.log
    else:
        assert "AccessDenied" in lone_registry.log
    uploads = [key for key in _keys(moto) if "/_uploads/" in key]
    # What was moved to its place is there a second time, and nothing says so.
    assert bool(uploads) == (action == "s3:DeleteObject")
    _remove_all(moto)


def _keys(moto: MotoStore) -> list[str]:
    return [row["Key"] for row in moto.client("s3", moto.users[""]).list_objects(Bucket="registry").get("Contents", [])]


def _remove_all(moto: MotoStore) -> None:
    for key in _keys(moto):
        moto.client("s3", moto.users[""]).delete_object(Bucket="registry", Key=key)


DENIED = "User: arn:aws:iam::111122223333:user/registry is not authorized to perform: {} on resource: the key"
FRONTS = {
    "s3_kms_denied": (
        'if ($request_method = PUT) { return 403 "@kms:GenerateDataKey@"; }',
        "",
    ),
    "s3_acls_disabled": (
        'if ($http_x_amz_acl !~ "^(bucket-owner-full-control)?$") '
        '{ return 400 "<Error><Code>AccessControlListNotSupported</Code></Error>"; }',
        ", objectacl: bucket-owner-full-control",
    ),
    "s3_storage_class_unsupported": (
        'if ($http_x_amz_storage_class != "") { return 400 "<Error><Code>InvalidStorageClass</Code></Error>"; }',
        ", storageclass: NONE",
    ),
    "s3_part_incompatible": (
        'if ($http_x_amz_copy_source_range != "") { return 501 "<Error><Code>NotImplemented</Code></Error>"; }',
        "",
    ),
}
"""What a store of another kind refuses, in Amazon's words, before SeaweedFS; and what the remedy changes, where that
can be shown here."""


@pytest.mark.parametrize("name", FRONTS)
def test_what_other_stores_refuse_is_the_only_finding(
    object_store: ObjectStore, bucket: str, tmp_path: Path, name: str
) -> None:
    rule, more = FRONTS[name]
    denied = f"<Error><Code>AccessDenied</Code><Message>{DENIED.format('kms:GenerateDataKey')}</Message></Error>"
    endpoint, processes = _front(object_store, tmp_path, rule.replace("@kms:GenerateDataKey@", denied))
    before, user = object_store.keys(bucket), object_store.identities["full"]
    try:
        writes, failing = found(s3_config(endpoint, bucket, user), tmp_path / "ledger.json")
        mended = found(s3_config(endpoint, bucket, user, more), tmp_path / "ledger.json")[1] if more else None
    finally:
        processes.stop_all()
    assert failing == {name}
    assert writes.removed
    assert object_store.keys(bucket) == before
    assert mended is None or mended == set()


def _front(store: ObjectStore, folder: Path, rule: str) -> tuple[str, Processes]:
    """An nginx before the store, with a rule of its own; Host as the client sent it, which is signed."""
    (port,) = free_ports(1)
    server = (
        f"server {{ listen 127.0.0.1:{port}; client_max_body_size 0; default_type application/xml; {rule} "
        f"location / {{ proxy_pass {store.endpoint}; proxy_set_header Host $http_host; }} }}"
    )
    (folder / "run").mkdir()
    conf = folder / "nginx.conf"
    conf.write_text(main_conf(server, folder / "run", folder / "error.log"))
    processes = Processes()
    nginx = processes.start(
        "nginx",
        [find_program("nginx"), "-c", str(conf)],
        log=folder / "nginx.log",
        environment=minimal_environment(folder),
    )
    nginx.wait_ready(lambda: listens(port))
    return f"http://127.0.0.1:{port}", processes
