"""A registry without credentials is told as that, with where they were looked for; another reason is not."""

from __future__ import annotations

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
from regdoctor.redaction import Secret

SAID = Quote("environment of process 7", "no keys: the machine's role")
KEYS = Keys(Secret("ASIAEXAMPLE", "accesskey"), Secret("secret-of-the-role", "secretkey"))
LOOK = MetadataLook(True, Quote("GET http://169.254.169.254/", "registry"), False, True, "registry")
NO_ROLE = MetadataLook(True, Quote("GET http://169.254.169.254/", "404"), True, True, "", "no role is attached")
NONE = S3Identity(None, "", SAID, problem="no role is attached", none_found=True, metadata=NO_ROLE)
PROVIDERS = b'{"storagedriver_s3": "s3aws: NoCredentialProviders: no valid providers in chain. Deprecated."}'


def role(*, in_container: bool = False) -> S3Identity:
    words = "the role registry, by IMDSv2"
    return S3Identity(Source.INSTANCE, words, SAID, KEYS, metadata=LOOK, in_container=in_container)


@pytest.mark.parametrize(
    ("identity", "health", "version", "mode"),
    [
        (NONE, None, (2, 8, 2), "S3-01"),
        (NONE, PROVIDERS, (2, 8, 2), "S3-01"),
        (role(), PROVIDERS, (2, 8, 2), "S3-01"),
        (role(), None, (2, 7, 1), "S3-02"),
        (role(in_container=True), PROVIDERS, (2, 8, 2), "S3-03"),
    ],
)
def test_no_credentials(
    given: Any, debug: Any, identity: S3Identity, health: bytes | None, version: tuple[int, ...], mode: str
) -> None:
    product = Product(Generation.DISTRIBUTION_2, version)
    told = {} if health is None else {"debug": debug(health)}
    fail = given.fail(s3_credentials_missing, identity=identity, product=product, **told)
    assert fail.failure_modes == (mode,)
    assert fail.resource == "storage.s3"


def test_an_identity_is_enough(given: Any, debug: Any) -> None:
    for identity in (role(), role(in_container=True)):
        told = given.passes(s3_credentials_missing, identity=identity, product=given.product(), debug=debug(b"{}"))
        assert told == "it asks with the role registry, by IMDSv2"


def test_what_only_the_container_can_tell_is_unknown(given: Any) -> None:
    identity = role(in_container=True)
    assert "only it can tell" in given.unknown(s3_credentials_missing, identity=identity, product=given.product())
    unknown = S3Identity(None, "", SAID, problem="its environment cannot be read")
    assert "cannot be read" in given.unknown(s3_credentials_missing, identity=unknown, product=given.product())


@pytest.fixture
def debug() -> Any:
    """A debug server with this health report."""

    def make(report: bytes) -> DebugServer:
        url = "http://127.0.0.1:5001"
        health = Exchange("GET", f"{url}/debug/health", status=200 if report == b"{}" else 503, body=report)
        other = Exchange("GET", url, status=404)
        return DebugServer(Endpoint(url, SAID), health, other, other, other)

    return make
