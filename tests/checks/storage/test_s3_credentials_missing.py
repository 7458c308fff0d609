"""A registry without credentials is told as that, with where they were looked for; another reason is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.checks.storage.s3_credentials_missing import s3_credentials_missing
from regdoctor.distribution.credential_chains import Source
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.s3_identity import Keys, MetadataLook, S3Identity
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.redaction import Secret

SAID = Quote("environment of process 7", "no keys: the machine's role")
KEYS = Keys(Secret("ASIAEXAMPLE", "accesskey"), Secret("secret-of-the-role", "secretkey"))
LOOK = MetadataLook(True, Quote("GET http://169.254.169.254/", "registry"), False, True, "registry")
NO_ROLE = MetadataLook(True, Quote("GET http://169.254.169.254/", "404"), True, True, "", "no role is attached", True)
NONE = S3Identity(None, "", SAID, problem="no role is attached", none_found=True, metadata=NO_ROLE)
WATCHED, UNWATCHED = (
    parse_registry_config(f"health: {{storagedriver: {{enabled: {on}}}}}".encode(), "config.yml")
    for on in ("true", "false")
)
PROVIDERS = b'{"storagedriver_s3": "s3aws: NoCredentialProviders: no valid providers in chain. Deprecated."}'


def role(*, own_network: bool = False) -> S3Identity:
    words = "the role registry, by IMDSv2"
    return S3Identity(Source.INSTANCE, words, SAID, KEYS, metadata=LOOK, own_network=own_network)


@pytest.mark.parametrize(
    ("identity", "health", "version", "mode"),
    [
        (NONE, None, (2, 8, 2), "S3-01"),
        (NONE, PROVIDERS, (2, 8, 2), "S3-01"),
        (role(), PROVIDERS, (2, 8, 2), "S3-01"),
        (role(), None, (2, 7, 1), "S3-02"),
        (role(own_network=True), PROVIDERS, (2, 8, 2), "S3-03"),
    ],
)
def test_no_credentials(
    given: Any, debug: Any, identity: S3Identity, health: bytes | None, version: tuple[int, ...], mode: str
) -> None:
    product = Product(Generation.DISTRIBUTION_2, version)
    told = {} if health is None else {"debug": debug(health)}
    fail = given.fail(s3_credentials_missing, identity=identity, product=product, config=WATCHED, **told)
    assert fail.failure_modes == (mode,)
    assert fail.resource == "storage.s3"


def test_an_identity_is_enough(given: Any, debug: Any) -> None:
    for identity in (role(), role(own_network=True)):
        told = given.passes(
            s3_credentials_missing, identity=identity, product=given.product(), config=WATCHED, debug=debug(b"{}")
        )
        assert told == "it asks with the role registry, by IMDSv2"


def test_what_only_the_container_can_tell_is_unknown(given: Any) -> None:
    rest = {"product": given.product(), "config": WATCHED}
    assert "only it can tell" in given.unknown(s3_credentials_missing, identity=role(own_network=True), **rest)
    unknown = S3Identity(None, "", SAID, problem="its environment cannot be read")
    assert "cannot be read" in given.unknown(s3_credentials_missing, identity=unknown, **rest)
    behind_a_bridge = replace(NONE, own_network=True)
    given.unknown(s3_credentials_missing, identity=behind_a_bridge, **rest)


def test_a_machine_whose_metadata_service_is_unwell_is_unknown(given: Any) -> None:
    slow = MetadataLook(True, Quote("GET http://169.254.169.254/", "503"), None, True, "", "it answers 503")
    identity = S3Identity(Source.INSTANCE, "", SAID, problem="it answers 503", metadata=slow)
    told = given.unknown(s3_credentials_missing, identity=identity, product=given.product(), config=WATCHED)
    assert told == "it answers 503"


@pytest.mark.parametrize(("identity", "version"), [(NONE, (2, 8, 2)), (role(), (2, 7, 1))])
def test_a_registry_whose_check_of_its_storage_is_green_has_credentials(
    given: Any, debug: Any, identity: S3Identity, version: tuple[int, ...]
) -> None:
    rest: dict[str, Any] = {"identity": identity, "product": Product(Generation.DISTRIBUTION_2, version)}
    told = given.unknown(s3_credentials_missing, **rest, config=WATCHED, debug=debug(b"{}"))
    assert "health check of its storage is green" in told
    # Green without a check of the storage says nothing of it.
    given.fail(s3_credentials_missing, **rest, config=UNWATCHED, debug=debug(b"{}"))


@pytest.fixture
def debug() -> Any:
    """A debug server with this health report."""

    def make(report: bytes) -> DebugServer:
        url = "http://127.0.0.1:5001"
        health = Exchange("GET", f"{url}/debug/health", status=200 if report == b"{}" else 503, body=report)
        other = Exchange("GET", url, status=404)
        return DebugServer(Endpoint(url, SAID), health, other, other, other)

    return make
