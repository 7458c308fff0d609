"""Keys that a real store refuses: the real registry says the store's code, and regdoctor says which keys and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from regdoctor.check import Dialect, Fail, Outcome, Pass
from regdoctor.checks.storage.s3_keys_refused import s3_keys_refused
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.s3_access import S3Access
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.lab.object_store import ObjectStore
from regdoctor.probes.s3_access import s3_access
from tests.e2e.lone_registry import LoneRegistry

NONE = Absent("there is none", applicable=False)
WRONG = "another-keys-secret-0123456789"


@pytest.fixture
def bucket(object_store: ObjectStore) -> Iterator[str]:
    """A bucket with a blob in it."""
    name = object_store.create_bucket()
    object_store.put(name, "docker/registry/v2/blobs/sha256/aa/aabb/data", b"a blob")
    yield name
    object_store.delete_tree(name)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[LoneRegistry]:
    """A registry that does not run yet."""
    lone = LoneRegistry(tmp_path / "registry")
    yield lone
    lone.stop()


def told(registry: LoneRegistry, url: str, bucket: str, key: str, secret: str) -> tuple[str, Outcome]:
    """What the registry logs when it is asked for a manifest, and what the check says of the same configuration."""
    given = f"regionendpoint: '{url}', bucket: {bucket}, accesskey: '{key}', secretkey: '{secret}', region: us-east-1"
    registry.serve(f"storage: {{s3: {{{given}}}}}\n")
    registry.ask("GET", "/v2/app/manifests/latest")
    config = registry.config()
    access = s3_access.gather(Installation(Path("/"), Dialect.PLAIN, live=True), config, NONE, Http(TrustedCAs()))
    assert isinstance(access, S3Access)
    outcome = s3_keys_refused.judge(access=access, config=config, debug=NONE)
    assert isinstance(outcome, Outcome)
    return registry.log, outcome


@pytest.mark.parametrize(
    ("key", "secret", "code"),
    [("", WRONG, "SignatureDoesNotMatch"), ("NOBODYHASTHISKEY", WRONG, "InvalidAccessKeyId")],
)
def test_refused_keys_are_named_with_what_the_store_says(
    object_store: ObjectStore, bucket: str, registry: LoneRegistry, key: str, secret: str, code: str
) -> None:
    who = object_store.identities["full"]

    log, outcome = told(registry, object_store.endpoint, bucket, key or who.access_key, secret)

    assert code in log
    assert isinstance(outcome, Fail)
    assert f"refuses the registry's keys with {code}" in outcome.message
    assert "accesskey" in outcome.evidence[0].quote
    assert secret not in f"{outcome}"


def test_the_right_pair_is_silent(object_store: ObjectStore, bucket: str, registry: LoneRegistry) -> None:
    who = object_store.identities["full"]

    log, outcome = told(registry, object_store.endpoint, bucket, who.access_key, who.secret_key)

    assert "SignatureDoesNotMatch" not in log
    assert "manifest unknown" in log
    assert isinstance(outcome, Pass)
