"""Google Cloud Storage on loopback: whose token it is, what it may do, and how the bucket is set up.

Real: the emulator's buckets and objects, the signatures of the assertions and of the links, Google's own google-auth.
By the stand: that a permission is refused, and Google's words for it. No build of the registry with its GCS driver is
to be had here (Debian's lacks it), so what the registry does then is known from its source.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import jsonschema
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from regdoctor.check import Check, Dialect, Fail, Outcome, Pass, Unknown
from regdoctor.checks.storage.gcs_bucket_missing import gcs_bucket_missing
from regdoctor.checks.storage.gcs_key_unusable import gcs_key_unusable
from regdoctor.checks.storage.gcs_lifecycle_deletes_blobs import gcs_lifecycle_deletes_blobs
from regdoctor.checks.storage.gcs_permission_missing import gcs_permission_missing
from regdoctor.checks.storage.gcs_retention_blocks_pushes import gcs_retention_blocks_pushes
from regdoctor.checks.storage.gcs_token_refused import gcs_token_refused
from regdoctor.distribution.gcs_operations import SCOPE, SIGNED_GET, SIGNED_HEAD
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.gcs_key import GcsKey
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.lab.processes import Processes
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.gcs_access import gcs_access
from regdoctor.probes.gcs_key import gcs_key
from regdoctor.storage.gcs_table import gcs_table
from regdoctor.storage.permission_table import Allowed
from regdoctor.storage.report import document, render_text
from tests.e2e.google_stand import ALL, BUCKET, EMAIL, GoogleStand

THREE = Product(Generation.DISTRIBUTION_3, (3, 0, 0))
LIVE = Installation(Path("/"), Dialect.PLAIN, live=True)
CHECKS = (
    gcs_bucket_missing,
    gcs_key_unusable,
    gcs_lifecycle_deletes_blobs,
    gcs_permission_missing,
    gcs_retention_blocks_pushes,
    gcs_token_refused,
)
BLOB = "docker/registry/v2/blobs/sha256/aa/aabb/data"
Look = Callable[..., dict[str, list[Outcome]]]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoogleStand]:
    """One stand for all tests here."""
    stand = GoogleStand(tmp_path_factory.mktemp("google"), Processes())
    try:
        stand.start()
        stand.put(BLOB)
        yield stand
    finally:
        stand.close()


@pytest.fixture
def stand(running: GoogleStand) -> GoogleStand:
    """The stand as it was at its start."""
    running.held, running.on_keys, running.is_uniform, running.offset = ALL, frozenset(), False, 0.0
    running.set_up(lifecycle={}, retentionPolicy={})
    return running


def config(file: Path, bucket: str = BUCKET, more: str = "") -> RegistryConfig:
    """A configuration with the GCS driver."""
    text = f"version: 0.1\nstorage:\n  gcs:\n    bucket: {bucket}\n    keyfile: {file}\n{more}"
    return parse_registry_config(text.encode(), "/etc/docker/registry/config.yml")


def service(stand: GoogleStand) -> ServiceEnvironment:
    """What the registry's unit sets: Google's library goes to the stand."""
    place = Place("/etc/systemd/system/registry.service", 5, "environment")
    return ServiceEnvironment(place.source, (("STORAGE_EMULATOR_HOST", stand.url, place),))


def examine(
    stand: GoogleStand, settings: RegistryConfig, product: Product = THREE
) -> tuple[GcsKey, GcsAccess | Absent]:
    """The evidence, as the runner would gather it."""
    key = gcs_key.gather(LIVE, settings, service(stand))
    try:
        access = gcs_access.gather(LIVE, settings, key, product, Http(TrustedCAs()))
    except CouldNotGatherError as error:
        access = Absent(str(error))
    return key, access


def judge(key: GcsKey, access: GcsAccess | Absent) -> dict[str, list[Outcome]]:
    """The outcomes of each check; those that need what is absent are left out, as the runner does."""
    told: dict[str, list[Outcome]] = {}
    for item in CHECKS:
        evidence = {"key": key} if "key" in item.inputs else {"access": access}
        if any(isinstance(one, Absent) for one in evidence.values()):
            continue
        outcome = item.judge(**evidence)
        told[item.name] = [outcome] if isinstance(outcome, Outcome) else list(outcome)
    return told


def findings(told: Mapping[str, Iterable[Outcome]]) -> dict[str, Fail]:
    """The findings, by check."""
    return {name: one for name, outcomes in told.items() for one in outcomes if isinstance(one, Fail)}


@pytest.fixture
def look(stand: GoogleStand, tmp_path: Path) -> Look:
    """Examines a registry with this key file and this bucket."""

    def looked(data: bytes | None = None, bucket: str = BUCKET) -> dict[str, list[Outcome]]:
        file = tmp_path / "key.json"
        file.write_bytes(stand.key_file() if data is None else data)
        return judge(*examine(stand, config(file, bucket)))

    return looked


def only(told: Mapping[str, Iterable[Outcome]], item: Check) -> Fail:
    """The one finding, which must be this check's."""
    found = findings(told)
    assert list(found) == [item.name]
    return found[item.name]


def test_a_healthy_bucket_gives_no_finding(look: Look) -> None:
    told = look()

    assert set(told) == {item.name for item in CHECKS}
    assert all(isinstance(one, Pass) for outcomes in told.values() for one in outcomes)


def test_the_role_without_buckets_get_is_enough(look: Look, stand: GoogleStand) -> None:
    stand.held = ALL - {"storage.buckets.get"}
    told = look()

    assert not findings(told)
    assert isinstance(told["gcs_permission_missing"][0], Pass)
    assert isinstance(told["gcs_lifecycle_deletes_blobs"][0], Unknown)


@pytest.mark.parametrize(
    ("verb", "broken"),
    [("list", "health"), ("get", "pull"), ("create", "push"), ("delete", "push, delete, garbage collection")],
)
def test_each_permission_that_is_missing_is_named_with_what_it_breaks(
    look: Look, stand: GoogleStand, verb: str, broken: str
) -> None:
    stand.held = ALL - {f"storage.objects.{verb}"}
    fail = only(look(), gcs_permission_missing)

    assert f"lacks storage.objects.{verb} on {BUCKET}, which breaks" in fail.message
    assert broken in fail.message
    assert fail.remedy[Dialect.PLAIN].commands == (
        f"gcloud storage buckets add-iam-policy-binding gs://{BUCKET} --member=serviceAccount:{EMAIL} "
        "--role=roles/storage.objectAdmin",
    )


def test_an_identity_without_any_permission(look: Look, stand: GoogleStand) -> None:
    stand.held = frozenset()

    assert "lacks storage.objects.list on" in only(look(), gcs_permission_missing).message


VIEWER = frozenset(("storage.objects.list", "storage.objects.get"))


def test_a_role_on_the_registrys_keys_only_is_no_finding(look: Look, stand: GoogleStand) -> None:
    """The bucket's own test does not see it, and with uniform access, which conditions take, no other does."""
    stand.held, stand.on_keys, stand.is_uniform = VIEWER, ALL, True
    told = look()

    assert not findings(told)
    (outcome,) = told["gcs_permission_missing"]
    assert isinstance(outcome, Unknown)
    assert "storage.objects.create and storage.objects.delete" in outcome.reason


def test_an_empty_bucket_with_a_role_on_the_registrys_keys_only(stand: GoogleStand, tmp_path: Path) -> None:
    stand.held, stand.on_keys, stand.is_uniform = VIEWER - {"storage.objects.get"}, ALL, True
    file = tmp_path / "key.json"
    file.write_bytes(stand.key_file())
    key, access = examine(stand, config(file, more="    rootdirectory: docker/empty\n"))

    assert isinstance(access, GcsAccess)
    assert access.made_up
    assert not access.missing
    assert access.unclear == {"storage.objects.create", "storage.objects.delete"}
    assert not findings({"gcs_permission_missing": judge(key, access)["gcs_permission_missing"]})


def test_an_empty_bucket_that_may_not_be_read_is_a_finding(stand: GoogleStand, tmp_path: Path) -> None:
    stand.held = ALL - {"storage.objects.get"}
    file = tmp_path / "key.json"
    file.write_bytes(stand.key_file())
    told = judge(*examine(stand, config(file, more="    rootdirectory: empty\n")))

    assert "lacks storage.objects.get on" in only(told, gcs_permission_missing).message


@pytest.mark.parametrize(
    ("product", "version"),
    [
        (Product(Generation.DISTRIBUTION_2, (2, 8, 3)), "V2"),
        (THREE, "V2"),
        (Product(Generation.GITLAB, (4, 27, 0)), "V2"),
        (Product(Generation.GITLAB, (4, 28, 0)), "V4"),
    ],
)
def test_links_are_signed_as_the_driver_signs_them(
    stand: GoogleStand, tmp_path: Path, product: Product, version: str
) -> None:
    file = tmp_path / "key.json"
    file.write_bytes(stand.key_file())
    _, access = examine(stand, config(file), product)

    assert stand.links[-2:] == [f"HEAD {version}", f"GET {version}"]
    assert isinstance(access, GcsAccess)
    assert access.signed_get is not None
    assert not any(name == "Authorization" for name, _ in access.signed_get.request_headers)


def test_a_link_that_is_refused_breaks_pulls(stand: GoogleStand, tmp_path: Path) -> None:
    stand.held = ALL - {"storage.objects.get"}
    file = tmp_path / "key.json"
    file.write_bytes(stand.key_file())
    _, access = examine(stand, config(file))

    rows = {row.call: row.allowed for row in gcs_table({GcsAccess: access}).rows}
    assert rows[SIGNED_GET] is rows[SIGNED_HEAD] is Allowed.NO


def test_a_bucket_that_is_not_there(look: Look) -> None:
    fail = only(look(bucket="misspelt"), gcs_bucket_missing)

    assert "Google knows no bucket 'misspelt'" in fail.message
    assert "404" in fail.evidence[-1].quote


def test_a_key_that_google_knows_no_more(look: Look, stand: GoogleStand) -> None:
    other = rsa.generate_private_key(65537, 2048)
    fail = only(look(stand.key_file(other)), gcs_token_refused)

    assert "invalid_grant: Invalid JWT Signature" in fail.message
    assert fail.failure_modes == ("S3-01",)
    assert EMAIL in fail.remedy[Dialect.PLAIN].commands[0]


def test_an_account_that_is_gone(look: Look, stand: GoogleStand) -> None:
    fail = only(look(stand.key_file(client_email="gone@project.iam.gserviceaccount.com")), gcs_token_refused)

    assert "account not found" in fail.message


def test_a_clock_that_is_a_day_behind(look: Look, stand: GoogleStand) -> None:
    stand.offset = 86400.0
    fail = only(look(), gcs_token_refused)

    assert fail.failure_modes == ("S3-19",)
    assert "clock" in fail.remedy[Dialect.PLAIN].text


def test_the_assertion_asks_for_what_the_driver_asks_for(look: Look, stand: GoogleStand) -> None:
    look()
    claims = stand.assertions[-1]

    assert (claims["iss"], claims["scope"]) == (EMAIL, SCOPE)
    assert claims["exp"] - claims["iat"] == 3600


def test_a_lifecycle_rule_that_deletes_layers(look: Look, stand: GoogleStand) -> None:
    old = {"action": {"type": "Delete"}, "condition": {"daysSinceNoncurrentTime": 7}}
    elsewhere = {"action": {"type": "Delete"}, "condition": {"age": 7, "matchesPrefix": ["backups/"]}}
    stand.set_up(lifecycle={"rule": [old, elsewhere]})
    assert not findings(look())

    stand.set_up(lifecycle={"rule": [old, elsewhere, {"action": {"type": "Delete"}, "condition": {"age": 30}}]})
    fail = only(look(), gcs_lifecycle_deletes_blobs)
    assert fail.message.startswith(f"Lifecycle rule 3 of {BUCKET} deletes objects (age 30), for every key")


def test_a_retention_policy(look: Look, stand: GoogleStand) -> None:
    stand.set_up(retentionPolicy={"retentionPeriod": "86400", "isLocked": False})
    fail = only(look(), gcs_retention_blocks_pushes)

    assert "keeps each object for 86400 seconds" in fail.message
    assert "--clear-retention-period" in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize("broken", [b"{", b'{"type": "authorized_user"}', b"[1]", b""])
def test_a_file_that_is_no_key_is_told_and_nothing_is_asked(look: Look, stand: GoogleStand, broken: bytes) -> None:
    before = len(stand.assertions)

    assert only(look(broken), gcs_key_unusable).message.endswith("the registry does not start")
    assert len(stand.assertions) == before


def test_the_table_of_permissions(stand: GoogleStand, tmp_path: Path) -> None:
    stand.held = ALL - {"storage.objects.delete"}
    file = tmp_path / "key.json"
    file.write_bytes(stand.key_file())
    _, access = examine(stand, config(file))
    table = gcs_table({GcsAccess: access, Product: Product(Generation.DISTRIBUTION_3, (3, 0, 0))})

    told = document(table)
    schema = Path(__file__).parents[2] / "regdoctor/storage/storage-permissions-1.schema.json"
    jsonschema.validate(told, json.loads(schema.read_text()))
    assert told["result"] == "refused"
    assert [one["call"] for one in told["calls"] if one["allowed"] == "no"] == [
        "objects.insert over another",
        "objects.delete",
    ]
    assert {one["call"] for one in told["calls"] if one["allowed"] == "yes"} >= {SIGNED_HEAD, SIGNED_GET}
    assert told["missing"] == [{"member": f"serviceAccount:{EMAIL}", "permissions": ["storage.objects.delete"]}]
    assert "roles/storage.objectAdmin" in render_text(table, 100)


def test_the_key_never_leaves(stand: GoogleStand, tmp_path: Path) -> None:
    """Neither in what is shown of evidence, findings and the table, nor in a request but signed with."""
    file = tmp_path / "key.json"
    file.write_bytes(stand.key_file())
    stand.held = frozenset()
    key, access = examine(stand, config(file))
    assert isinstance(access, GcsAccess)
    table = render_text(gcs_table({GcsAccess: access}), 100)
    shown = repr((key, access, judge(key, access))) + table

    pem = json.loads(stand.key_file())["private_key"].splitlines()
    assert not [line for line in pem if line in shown]
    assert not [token for token in stand.tokens if token in shown]
