"""How a real bucket behaves: on moto's server what a bucket can be set to, on SeaweedFS the clock, by nginx more."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Check, Dialect, Fail, Outcome
from regdoctor.checks.clock.object_store_clock_skew import object_store_clock_skew
from regdoctor.checks.storage.s3_acls_disabled import s3_acls_disabled
from regdoctor.checks.storage.s3_bucket_missing import s3_bucket_missing
from regdoctor.checks.storage.s3_endpoint_authority_unknown import s3_endpoint_authority_unknown
from regdoctor.checks.storage.s3_endpoint_is_no_store import s3_endpoint_is_no_store
from regdoctor.checks.storage.s3_folder_objects import s3_folder_objects
from regdoctor.checks.storage.s3_lifecycle_aborts_uploads import s3_lifecycle_aborts_uploads
from regdoctor.checks.storage.s3_lifecycle_deletes_blobs import s3_lifecycle_deletes_blobs
from regdoctor.checks.storage.s3_list_forbidden import s3_list_forbidden
from regdoctor.checks.storage.s3_object_lock_blocks_deletion import s3_object_lock_blocks_deletion
from regdoctor.checks.storage.s3_objects_elsewhere import s3_objects_elsewhere
from regdoctor.checks.storage.s3_parts_too_small import s3_parts_too_small
from regdoctor.checks.storage.s3_region_mismatch import s3_region_mismatch
from regdoctor.checks.storage.s3_slow_down import s3_slow_down
from regdoctor.checks.storage.s3_versions_pile_up import s3_versions_pile_up
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.s3_bucket import BucketSettings, StoreKind
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.lab.front import main_conf
from regdoctor.lab.object_store import ObjectStore
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from regdoctor.probes.s3_access import s3_access
from regdoctor.probes.s3_bucket import s3_bucket
from regdoctor.target import Target
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.tls_fronts import TlsFronts

ABSENT = Absent("not part of this test", applicable=False)
LIVE = Installation(Path("/"), Dialect.PLAIN, live=True)
PRODUCT = Product(Generation.DISTRIBUTION_2, (2, 8, 2))
SECRET = "secret-of-the-test"
BLOB = "docker/registry/v2/blobs/sha256/aa/aabb/data"
LINK = "docker/registry/v2/repositories/app/_layers/sha256/aabb/link"
OTHERS: dict[str, object] = {"access": ABSENT, "product": PRODUCT, "installation": LIVE, "clocks": ABSENT}
LIVE_CHECKS = (
    object_store_clock_skew,
    s3_bucket_missing,
    s3_endpoint_authority_unknown,
    s3_endpoint_is_no_store,
    s3_folder_objects,
    s3_lifecycle_aborts_uploads,
    s3_lifecycle_deletes_blobs,
    s3_object_lock_blocks_deletion,
    s3_objects_elsewhere,
    s3_region_mismatch,
    s3_slow_down,
    s3_versions_pile_up,
)


def settings(url: str, bucket: str, *, key: str = "k", secret: str = SECRET, more: str = "") -> str:
    """The storage section, and a health check ten times a second."""
    given = f"regionendpoint: '{url}', bucket: {bucket}, accesskey: '{key}', secretkey: '{secret}', region: us-east-1"
    return (
        f"storage: {{s3: {{{given}{more}}}}}\n"
        "health: {storagedriver: {enabled: true, interval: 100ms, threshold: 1}}\n"
    )


def look(text: str) -> tuple[RegistryConfig, BucketSettings]:
    """The configuration, and what the probe finds."""
    config = parse_registry_config(f"version: 0.1\n{text}".encode(), "config.yml")
    found = s3_bucket.gather(LIVE, config, ABSENT, Http(TrustedCAs()))
    assert isinstance(found, BucketSettings)
    return config, found


def failing(text: str) -> dict[str, Fail]:
    """The findings of every check that looks at a bucket, by name."""
    config, bucket = look(text)
    given = OTHERS | {"config": config, "bucket": bucket}
    found = {}
    for item in LIVE_CHECKS:
        for outcome in judged(item, given):
            if isinstance(outcome, Fail):
                found[item.name] = outcome
    return found


def judged(item: Check, given: dict[str, object]) -> list[Outcome]:
    """What a check says."""
    told = item.judge(**{name: given[name] for name in item.inputs})
    return list(told) if isinstance(told, Iterable) else [told]


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of moto's S3 on loopback."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def client(moto: str) -> Any:
    """boto3 at that address, as the owner of the buckets."""
    import boto3

    return boto3.client(
        "s3", endpoint_url=moto, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s", verify=False
    )


@pytest.fixture
def bucket(client: Any, request: pytest.FixtureRequest) -> str:
    """A bucket with one image in it."""
    name = f"b{abs(hash(request.node.name)):x}"
    client.create_bucket(Bucket=name)
    for key in (BLOB, LINK):
        client.put_object(Bucket=name, Key=key, Body=b"x")
    return name


def lifecycle(client: Any, bucket: str, *rules: dict[str, object]) -> None:
    """Set these rules, each on the registry's prefix where it names none."""
    whole = [{"ID": "rule", "Status": "Enabled", "Filter": {"Prefix": "docker/"}} | rule for rule in rules]
    client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": whole})


def test_a_bucket_as_it_is_made_is_healthy(moto: str, bucket: str, client: Any) -> None:
    before = client.list_objects_v2(Bucket=bucket)["KeyCount"]

    assert failing(settings(moto, bucket)) == {}
    _, found = look(settings(moto, bucket))
    assert (found.versioning, found.lifecycle, found.any_inside) == (False, (), True)
    assert client.list_objects_v2(Bucket=bucket)["KeyCount"] == before


def test_the_lab_s_store_is_healthy(object_store: ObjectStore) -> None:
    name = object_store.create_bucket()
    who = object_store.identities["full"]
    text = settings(object_store.endpoint, name, key=who.access_key, secret=who.secret_key)

    assert failing(text) == {}
    assert look(text)[1].kind is StoreKind.SEAWEEDFS


def test_a_bucket_that_is_not_there_is_told_and_breaks_a_real_registry(moto: str, lone_registry: LoneRegistry) -> None:
    text = settings(moto, "nobody-made-it")
    lone_registry.serve(text)
    lone_registry.wait_until(lambda: lone_registry.ask("GET", "/v2/app/tags/list").status == 503, "its being unhealthy")

    assert "NoSuchBucket" in lone_registry.log
    assert list(failing(text)) == ["s3_bucket_missing"]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({"Expiration": {"Days": 30}}, ["s3_lifecycle_deletes_blobs"]),
        ({"Expiration": {"Days": 30}, "Filter": {"Prefix": ""}}, ["s3_lifecycle_deletes_blobs"]),
        ({"Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]}, ["s3_lifecycle_deletes_blobs"]),
        ({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}, ["s3_lifecycle_aborts_uploads"]),
        ({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}, []),
        ({"Expiration": {"Days": 30}, "Status": "Disabled"}, []),
        ({"Expiration": {"Days": 30}, "Filter": {"Prefix": "backup/"}}, []),
        ({"Expiration": {"Days": 30}, "Filter": {"Tag": {"Key": "a", "Value": "b"}}}, []),
        ({"Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]}, []),
    ],
)
def test_lifecycle_rules_are_judged_by_what_they_do_to_the_registry(
    moto: str, client: Any, bucket: str, rule: dict[str, object], found: list[str]
) -> None:
    lifecycle(client, bucket, rule)

    assert list(failing(settings(moto, bucket))) == found


def test_one_bad_rule_of_a_thousand_is_found(moto: str, client: Any, bucket: str) -> None:
    rules: list[dict[str, object]] = [
        {"ID": f"r{number}", "Filter": {"Prefix": f"other/{number}/"}, "Expiration": {"Days": 1}}
        for number in range(999)
    ]
    lifecycle(client, bucket, *rules, {"ID": "bad", "Expiration": {"Days": 1}})

    fail = failing(settings(moto, bucket))["s3_lifecycle_deletes_blobs"]
    assert "rule bad of" in fail.message


def test_versions_pile_up_until_the_remedy(moto: str, client: Any, bucket: str) -> None:
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    found = failing(settings(moto, bucket))

    assert list(found) == ["s3_versions_pile_up"]
    client.delete_object(Bucket=bucket, Key=BLOB)
    kept = [one["Key"] for one in client.list_object_versions(Bucket=bucket)["Versions"]]
    assert BLOB in kept
    rules = found["s3_versions_pile_up"].remedy[Dialect.PLAIN].commands[1]
    client.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration=json.loads(rules[rules.index("{") : rules.rindex("}") + 1])
    )
    assert failing(settings(moto, bucket)) == {}


def test_an_acl_that_the_bucket_takes_from_nobody_is_told_without_writing(moto: str, client: Any, bucket: str) -> None:
    enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    client.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=enforced)
    for acl, fails in (("public-read", 1), ("private", 0), ("bucket-owner-full-control", 0)):
        config, told = look(settings(moto, bucket, more=f", objectacl: {acl}"))
        assert told.ownership == "BucketOwnerEnforced"
        outcomes = judged(s3_acls_disabled, OTHERS | {"config": config, "bucket": told, "writes": ABSENT})
        assert sum(isinstance(one, Fail) for one in outcomes) == fails, acl


def test_a_default_retention_is_told(moto: str, client: Any) -> None:
    client.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}
    client.put_object_lock_configuration(
        Bucket="locked", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )

    found = failing(settings(moto, "locked"))
    assert "for 30 days (mode COMPLIANCE)" in found["s3_object_lock_blocks_deletion"].message
    assert set(found) <= {"s3_object_lock_blocks_deletion", "s3_versions_pile_up"}


@pytest.mark.parametrize("root", ["/new", "new/deep"])
def test_images_outside_of_the_root_directory_are_told(
    moto: str, bucket: str, root: str, lone_registry: LoneRegistry
) -> None:
    text = settings(moto, bucket, more=f", rootdirectory: {root}")
    lone_registry.serve(text)

    assert lone_registry.ask("GET", "/v2/app/tags/list").status == 404
    found = failing(text)
    assert list(found) == ["s3_objects_elsewhere"]
    assert found["s3_objects_elsewhere"].resource == "storage.s3.rootdirectory"


@pytest.mark.parametrize("key", [f"/{BLOB}", f"old/{BLOB}"])
def test_images_in_a_folder_are_told(moto: str, client: Any, key: str) -> None:
    name = f"moved{len(key)}"
    client.create_bucket(Bucket=name)
    client.put_object(Bucket=name, Key=key, Body=b"x")

    assert list(failing(settings(moto, name))) == ["s3_objects_elsewhere"]


def test_a_folder_object_is_told_and_goes_by_the_remedy(moto: str, client: Any, bucket: str) -> None:
    key = "docker/registry/v2/repositories/app/"
    client.put_object(Bucket=bucket, Key=key, Body=b"")

    fail = failing(settings(moto, bucket))["s3_folder_objects"]
    assert fail.remedy[Dialect.PLAIN].commands[0].endswith(f"--key {key}")
    client.delete_object(Bucket=bucket, Key=key)
    assert failing(settings(moto, bucket)) == {}


def test_part_10001_is_refused_as_the_judgement_of_parts_says(moto: str, client: Any, bucket: str) -> None:
    from botocore.exceptions import ClientError

    upload = client.create_multipart_upload(Bucket=bucket, Key="large")["UploadId"]
    with pytest.raises(ClientError, match="Part number must be an integer between 1 and 10000"):
        client.upload_part(Bucket=bucket, Key="large", UploadId=upload, PartNumber=10_001, Body=b"x")
    config, _ = look(settings(moto, bucket, more=", chunksize: 10485760"))

    assert judged(s3_parts_too_small, {"config": config, "target": Target(layer_size=97 << 30)}) != []
    fails = [
        one
        for one in judged(s3_parts_too_small, {"config": config, "target": Target(layer_size=98 << 30)})
        if isinstance(one, Fail)
    ]
    assert [one.resource for one in fails] == ["storage.s3.chunksize"]


def test_a_clock_one_day_off_is_told_by_the_store(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore import auth

    name = object_store.create_bucket()
    who = object_store.identities["full"]
    day_off = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) - datetime.timedelta(days=1)
    monkeypatch.setattr(auth, "get_current_datetime", lambda *_, **__: day_off)
    found = failing(settings(object_store.endpoint, name, key=who.access_key, secret=who.secret_key))

    assert list(found) == ["object_store_clock_skew"]


Front = Callable[[str], str]


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    """Start nginx with this location; gives its address."""
    processes = Processes()

    def start(location: str) -> str:
        (port,) = free_ports(1)
        run = tmp_path / "run"
        run.mkdir(exist_ok=True)
        conf = tmp_path / "nginx.conf"
        server = f"server {{ listen 127.0.0.1:{port}; location / {{ {location} }} }}"
        conf.write_text(main_conf(server, run, tmp_path / "error.log"))
        nginx = processes.start(
            "nginx",
            [find_program("nginx"), "-p", tmp_path, "-c", conf, "-e", tmp_path / "error.log"],
            log=tmp_path / "nginx.log",
            environment=minimal_environment(tmp_path),
        )
        nginx.wait_ready(lambda: listens(port))
        return f"http://127.0.0.1:{port}"

    yield start
    processes.stop_all()


XML = "default_type application/xml; "


def test_a_condition_on_the_prefix_is_told_as_the_cause(
    front: Front, object_store: ObjectStore, lone_registry: LoneRegistry
) -> None:
    denied = "return 403 '<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>';"
    passed = f"proxy_set_header Host $http_host; proxy_pass {object_store.endpoint};"
    url = front(f'{XML}if ($args ~ "prefix=(&|$)") {{ {denied} }} {passed}')
    who = object_store.identities["full"]
    text = settings(url, object_store.create_bucket(), key=who.access_key, secret=who.secret_key)
    lone_registry.serve(text)
    lone_registry.wait_until(lambda: lone_registry.ask("GET", "/v2/a/tags/list").status == 503, "its being unhealthy")
    config, _ = look(text)

    access = s3_access.gather(LIVE, config, ABSENT, Http(TrustedCAs()))
    [outcome] = judged(s3_list_forbidden, {"access": access, "config": config})
    assert isinstance(outcome, Fail)
    assert outcome.failure_modes == ("S3-07",)
    assert "a condition on s3:prefix" in outcome.message


MALFORMED = (
    "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region "
    "us-east-1 is wrong; expecting eu-central-1</Message><Region>eu-central-1</Region></Error>"
)
REDIRECT = (
    "<Error><Code>PermanentRedirect</Code><Message>Elsewhere</Message><Endpoint>s3.example.com</Endpoint></Error>"
)
BOMB = "<!DOCTYPE a [<!ENTITY b 'cc'><!ENTITY d '&b;&b;&b;'>]><ListBucketResult>&d;</ListBucketResult>"


@pytest.mark.parametrize(
    ("location", "check", "logged"),
    [
        (f"{XML}return 400 '{MALFORMED}';", "s3_region_mismatch", "AuthorizationHeaderMalformed"),
        (
            f"{XML}add_header x-amz-bucket-region eu-central-1 always; return 403 '{REDIRECT}';",
            "s3_region_mismatch",
            "PermanentRedirect",
        ),
        (
            f"{XML}return 503 '<Error><Code>SlowDown</Code><Message>Please reduce.</Message></Error>';",
            "s3_slow_down",
            "SlowDown",
        ),
        ("default_type text/html; return 200 '<html>Console</html>';", "s3_endpoint_is_no_store", ""),
        ("default_type text/html; return 404 '<html>Not found</html>';", "s3_endpoint_is_no_store", ""),
        (f'{XML}return 200 "{BOMB}";', "s3_endpoint_is_no_store", ""),
        (f"{XML}return 200 '<ListBucketResult><Contents>';", "s3_endpoint_is_no_store", "failed to decode REST XML"),
        ("return 200;", "s3_endpoint_is_no_store", ""),
    ],
)
def test_what_a_registry_gets_in_the_place_of_a_bucket_is_told(
    front: Front, lone_registry: LoneRegistry, location: str, check: str, logged: str
) -> None:
    text = settings(front(location), "images")
    if logged:
        lone_registry.serve(text)
        lone_registry.ask("GET", "/v2/app/tags/list")
        lone_registry.wait_until(lambda: logged in lone_registry.log, f"the word {logged}")

    assert list(failing(text)) == [check]


def test_an_authority_of_its_own_is_told_until_it_is_trusted(tmp_path: Path, object_store: ObjectStore) -> None:
    name = object_store.create_bucket()
    who = object_store.identities["full"]
    processes = Processes()
    fronts = TlsFronts(tmp_path, processes)
    fronts.nginx(int(object_store.endpoint.rpartition(":")[2]))
    text = settings(fronts.url, name, key=who.access_key, secret=who.secret_key)
    config = parse_registry_config(text.encode(), "config.yml")
    try:
        found = failing(text)
        mended = s3_bucket.gather(LIVE, config, ABSENT, Http(TrustedCAs(((str(fronts.ca), fronts.ca.read_text()),))))
    finally:
        processes.stop_all()
    assert list(found) == ["s3_endpoint_authority_unknown"]
    [outcome] = judged(s3_endpoint_authority_unknown, OTHERS | {"config": config, "bucket": mended})
    assert not isinstance(outcome, Fail)
    assert mended.listed
