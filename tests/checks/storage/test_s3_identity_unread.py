"""What a registry does not read of the identity that it is given is named; what it reads is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from regdoctor.check import Fail, Pass, Quote, Severity
from regdoctor.checks.storage.s3_identity_unread import s3_identity_unread
from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.evidence.aws_settings import AwsSettings, SharedFile
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.s3_access import S3Access, S3Call
from regdoctor.formats.aws_profiles import parse_aws_profiles
from regdoctor.formats.located import Located, Place
from regdoctor.formats.s3_parameters import S3Endpoint

OLD, NEW = Product(Generation.DISTRIBUTION_2, (2, 8, 3)), Product(Generation.DISTRIBUTION_3, (3, 0, 0))
WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/r"}
ECS = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/creds"}
PAIR = b"[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n"
S3 = "bucket: b, region: eu-central-1"
LISTED = b"<ListBucketResult></ListBucketResult>"
DENIED = b"<Error><Code>AccessDenied</Code></Error>"


def access(status: int, body: bytes, code: str = "") -> S3Access:
    """What a listing of the bucket came to."""
    endpoint = S3Endpoint("https://s3.eu-central-1.amazonaws.com", "eu-central-1", "b", path_style=False, root="")
    call = S3Call(Operation.LIST, Area.BLOBS, "", Exchange("GET", endpoint.url, status=status, body=body), code)
    return S3Access(endpoint, Quote("machine", "its role"), (call,))


@pytest.fixture
def debug() -> Callable[[bytes], DebugServer]:
    """A debug server with this health report."""

    def make(report: bytes) -> DebugServer:
        url = "http://127.0.0.1:5001"
        health = Exchange("GET", f"{url}/debug/health", status=200 if report == b"{}" else 503, body=report)
        other = Exchange("GET", url, status=404)
        return DebugServer(Endpoint(url, Quote("config.yml", "http.debug.addr")), health, other, other, other)

    return make


def settings(variables: dict[str, str], credentials: bytes = b"", config: bytes = b"", unseen: str = "") -> AwsSettings:
    place = Place("/etc/systemd/system/registry.service", 3, "environment")
    first, second = (
        SharedFile(f"/root/.aws/{name}", parse_aws_profiles(data, f"/root/.aws/{name}"))
        for name, data in (("credentials", credentials), ("config", config))
    )
    given = {name: Located(value, place, name) for name, value in variables.items()}
    return AwsSettings(place.source, given, first, second, unseen=unseen)


@pytest.mark.parametrize(
    ("product", "told", "resource"),
    [
        (OLD, settings(WEB), "AWS_WEB_IDENTITY_TOKEN_FILE"),
        (OLD, settings(ECS), "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
        (OLD, settings({"AWS_ACCESS_KEY_ID": "x"}), "AWS_ACCESS_KEY_ID"),
        (NEW, settings({"AWS_SECRET_ACCESS_KEY": "x"}), "AWS_SECRET_ACCESS_KEY"),
        (OLD, settings({"AWS_PROFILE": "nope"}, PAIR), "AWS_PROFILE"),
        (NEW, settings({}, config=PAIR), "/root/.aws/config"),
        (OLD, settings({"AWS_SDK_LOAD_CONFIG": "1"}, config=PAIR), "/root/.aws/config"),
    ],
)
def test_what_it_does_not_read_is_named(given: Any, product: Product, told: AwsSettings, resource: str) -> None:
    fail = given.fail(s3_identity_unread, config=given.storage(S3), settings=told, product=product)
    assert (fail.resource, fail.severity) == (resource, Severity.INFO)


@pytest.mark.parametrize("told", [settings(WEB), settings(ECS), settings({"AWS_ACCESS_KEY_ID": "x"})])
def test_whether_it_matters_the_registry_and_the_bucket_tell(
    given: Any, debug: Callable[[bytes], DebugServer], told: AwsSettings
) -> None:
    """On ECS and EKS the variables are there, and the node's role may serve the registry well."""
    config = given.config(f"version: 0.1\nstorage: {{s3: {{{S3}}}}}\nhealth: {{storagedriver: {{enabled: true}}}}\n")
    rest: dict[str, Any] = {"config": config, "settings": told, "product": OLD}
    given.passes(s3_identity_unread, **rest, debug=debug(b"{}"))
    given.passes(s3_identity_unread, **rest, access=access(200, LISTED))
    for refused in (
        {"debug": debug(b'{"storagedriver_s3": "s3aws: NoCredentialProviders: no valid providers in chain"}')},
        {"debug": debug(b'{"storagedriver_s3": "s3aws: AccessDenied: Access Denied"}')},
        {"access": access(403, DENIED, "AccessDenied")},
    ):
        assert given.fail(s3_identity_unread, **rest, **refused).severity in (None, Severity.ERROR)
    slow = {"debug": debug(b'{"storagedriver_s3": "s3aws: RequestError: send request failed"}')}
    assert given.fail(s3_identity_unread, **rest, **slow).severity is Severity.INFO


def test_a_session_token_beside_static_keys_is_read_by_no_version(given: Any, debug: Any) -> None:
    storage = given.storage(f"{S3}, accesskey: a, secretkey: b, sessiontoken: FwoGZXIvYXdz")
    for product in (OLD, NEW, Product(Generation.GITLAB)):
        rest = {"config": storage, "settings": settings({}), "product": product}
        told = s3_identity_unread.judge(**rest, debug=given.no_such, access=given.no_such)
        assert isinstance(told, Iterable)
        found = list(told)
        assert [type(one) for one in found] == [Fail, Pass]
        assert getattr(found[0], "resource", "") == "storage.s3.sessiontoken"
        assert "FwoGZXIvYXdz" not in str(found)


@pytest.mark.parametrize(
    ("product", "told"),
    [
        (OLD, settings({})),
        (OLD, settings(WEB, PAIR)),
        (OLD, settings(WEB | {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"})),
        (NEW, settings(WEB)),
        (NEW, settings(ECS)),
        (NEW, settings({"AWS_SDK_LOAD_CONFIG": "1"}, config=PAIR)),
    ],
)
def test_what_it_reads_is_left_alone(given: Any, product: Product, told: AwsSettings) -> None:
    given.passes(s3_identity_unread, config=given.storage(S3), settings=told, product=product)


def test_what_is_not_known_is_not_judged(given: Any) -> None:
    unseen = settings({}, unseen="no unit was found")
    storage, product = given.storage(S3), given.product()
    assert "no unit" in given.skips(s3_identity_unread, config=storage, settings=unseen, product=OLD)
    nowhere = AwsSettings("", unseen="only files were named")
    assert "only files" in given.skips(s3_identity_unread, config=storage, settings=nowhere, product=OLD)
    relative = replace(settings({}), credentials=SharedFile("none", problem="none is relative"))
    assert "is relative" in given.skips(s3_identity_unread, config=storage, settings=relative, product=OLD)
    # An unknown registry may be one that reads a web identity.
    given.passes(
        s3_identity_unread, config=storage, settings=settings(ECS | {"AWS_PROFILE": ""}, PAIR), product=product
    )
    given.skips(s3_identity_unread, config=given.storage("", "inmemory"), settings=unseen, product=OLD)


def test_static_keys_need_nothing_else(given: Any) -> None:
    storage = given.storage(f"{S3}, accesskey: a, secretkey: b")
    given.passes(s3_identity_unread, config=storage, settings=settings(WEB, unseen="a gap"), product=OLD)
