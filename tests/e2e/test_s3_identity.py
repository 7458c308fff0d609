"""regdoctor asks the bucket as whoever the real registry asks as, and never as the person who runs it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from regdoctor.check import Check, Dialect, Fail, Outcome, Quote
from regdoctor.checks.storage.s3_credentials_missing import s3_credentials_missing
from regdoctor.checks.storage.s3_identity_unread import s3_identity_unread
from regdoctor.evidence.aws_settings import AwsSettings
from regdoctor.evidence.debug_server import DebugServer, problems_in
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.installation import Installation, RunningRegistry
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.s3_access import S3Access
from regdoctor.evidence.s3_identity import S3Identity
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.lab.client import send
from regdoctor.lab.object_store import Identity, ObjectStore
from regdoctor.lab.processes import Processes
from regdoctor.probes.aws_settings import aws_settings
from regdoctor.probes.bucket import registry_bucket
from regdoctor.probes.s3_access import s3_access
from regdoctor.probes.s3_identity import s3_identity
from regdoctor.target import Target
from tests.e2e import warm_runs
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.moto_store import MotoStore

NONE = Absent("there is none", applicable=False)
DISTRIBUTION_2 = Product(Generation.DISTRIBUTION_2, (2, 8, 2))
DISTRIBUTION_3 = Product(Generation.DISTRIBUTION_3, (3, 0, 0))
CANARIES = {
    "AWS_ACCESS_KEY_ID": "AKIACANARYCANARY0001",
    "AWS_SECRET_ACCESS_KEY": "canary/canary/canary/canary",
    "AWS_SESSION_TOKEN": "canary-session",
    "AWS_PROFILE": "canary",
    "AWS_CA_BUNDLE": "/nowhere/canary.pem",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:9",
}
"""What the person who runs regdoctor has set."""


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket(object_store: ObjectStore) -> Iterator[str]:
    """A bucket with a blob in it."""
    name = object_store.create_bucket()
    object_store.put(name, "docker/registry/v2/blobs/sha256/aa/aabb/data", b"a blob")
    yield name
    object_store.delete_tree(name)


@pytest.fixture
def machine() -> Iterator[Machine]:
    """A metadata service without a role."""
    server = Machine()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class Machine(ThreadingHTTPServer):
    """The metadata service of a machine that demands tokens (IMDSv2), on loopback."""

    def __init__(self) -> None:
        """On a free port."""
        super().__init__(("127.0.0.1", 0), _Metadata)
        self.keys: Identity | None = None
        self.unwell = False
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Metadata(BaseHTTPRequestHandler):
    server: Machine

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the standard library
        """Say nothing."""

    def do_PUT(self) -> None:
        """Give a token."""
        self._answer(200, b"a-token-of-the-machine", {"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": "21600"})

    def do_GET(self) -> None:
        """Name the role, and give its keys."""
        keys = self.server.keys
        if self.server.unwell:
            self._answer(503, b"", {})
        elif self.headers.get("X-aws-ec2-metadata-token") != "a-token-of-the-machine":
            self._answer(401, b"", {})
        elif keys is None:
            self._answer(404, b"", {})
        elif self.path.endswith("/security-credentials/"):
            self._answer(200, b"registry-role", {})
        else:
            pair = {"AccessKeyId": keys.access_key, "SecretAccessKey": keys.secret_key, "Token": ""}
            times = {"LastUpdated": "2020-01-01T00:00:00Z", "Expiration": "2099-01-01T00:00:00Z"}
            self._answer(200, json.dumps({"Code": "Success", **pair, **times}).encode(), {})

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def section(endpoint: str, bucket: str, static: Identity | None = None) -> str:
    """The storage in config.yml, with static keys or without."""
    keys = f", accesskey: '{static.access_key}', secretkey: '{static.secret_key}'" if static else ""
    return (
        f"storage: {{s3: {{regionendpoint: '{endpoint}', region: us-east-1, bucket: {bucket}, secure: false{keys}}}}}\n"
        "http: {addr: '127.0.0.1:@PORT', debug: {addr: '127.0.0.1:@DEBUG'}}\n"
        "health: {storagedriver: {enabled: true, interval: 1s, threshold: 1}}\n"
    )


def variables(keys: Identity) -> dict[str, str]:
    """The pair as variables."""
    return {"AWS_ACCESS_KEY_ID": keys.access_key, "AWS_SECRET_ACCESS_KEY": keys.secret_key}


def profile(name: str, keys: Identity) -> str:
    """The pair as a profile."""
    return f"[{name}]\naws_access_key_id = {keys.access_key}\naws_secret_access_key = {keys.secret_key}\n"


def examined(registry: LoneRegistry, product: Product = DISTRIBUTION_2) -> tuple[AwsSettings, S3Identity]:
    """As whom the running registry asks, by its process."""
    installed = installation(registry)
    config, target = registry.config(), Target(root=Path("/"))
    settings: AwsSettings = aws_settings.gather(target, installed, config, NONE, NONE, NONE)
    identity: S3Identity = s3_identity.gather(installed, config, product, settings, Http(TrustedCAs()))
    return settings, identity


def installation(registry: LoneRegistry) -> Installation:
    """This host, with the registry's process."""
    started = registry._started
    assert started is not None
    process = RunningRegistry(started.pid, ("docker-registry", "serve"), registry.file)
    return Installation(Path("/"), Dialect.PLAIN, live=True, process=process, registry_config=registry.file)


def debug_server(registry: LoneRegistry) -> DebugServer:
    """What the registry's debug server says."""
    url = f"http://127.0.0.1:{registry.debug_port}"
    answer = send("GET", f"{url}/debug/health")
    other = Exchange("GET", url, status=404)
    health = Exchange("GET", f"{url}/debug/health", status=answer.status, body=answer.body)
    return DebugServer(Endpoint(url, Quote("config.yml", "http.debug.addr")), health, other, other, other)


def found(
    registry: LoneRegistry, settings: AwsSettings, identity: S3Identity, **more: DebugServer | S3Access
) -> dict[str, Fail]:
    """The findings of this part's checks."""
    given = more | {"config": registry.config(), "settings": settings, "identity": identity, "product": DISTRIBUTION_2}
    checks: tuple[Check, ...] = (s3_credentials_missing, s3_identity_unread)
    failing: dict[str, Fail] = {}
    for item in checks:
        absent = {name: NONE for name, wanted in item.inputs.items() if wanted.optional}
        told = item.judge(**absent | {name: given[name] for name in item.inputs if name in given})
        outcomes = [told] if isinstance(told, Outcome) else list(told)
        for one in outcomes:
            if isinstance(one, Fail):
                failing[item.name] = one
    return failing


def health(registry: LoneRegistry) -> str:
    """What the registry's own health check says of its storage; empty where it is well."""
    answer = send("GET", f"http://127.0.0.1:{registry.debug_port}/debug/health")
    told = problems_in(Exchange("GET", "health", status=answer.status, body=answer.body))
    assert told is not None
    return next(iter(told.values()), "")


def unwell(registry: LoneRegistry) -> bool:
    """Whether its health check has failed by now."""
    return bool(health(registry))


SOURCES = ("static", "environment", "old-names", "file", "profile", "machine")


@pytest.mark.parametrize("source", SOURCES)
def test_it_asks_as_the_registry_does(
    object_store: ObjectStore, bucket: str, lone_registry: LoneRegistry, machine: Machine, source: str
) -> None:
    """The registry's own source has an identity that may not list; all that come after it have one that may."""
    weak, full = object_store.identities["no-list"], object_store.identities["full"]
    place, given = SOURCES.index(source), {"AWS_EC2_METADATA_SERVICE_ENDPOINT": machine.url}
    machine.keys = weak if source == "machine" else full
    if place <= 4:
        home = lone_registry.folder / ".aws"
        home.mkdir()
        given["HOME"] = str(lone_registry.folder)
        own = {"file": profile("default", weak), "profile": profile("p", weak)}.get(source, "")
        (home / "credentials").write_text(own if source == "file" else profile("default", full) + own)
        given |= {"AWS_PROFILE": "p"} if source == "profile" else {}
    if source == "old-names":
        given |= {"AWS_ACCESS_KEY": weak.access_key, "AWS_SECRET_KEY": weak.secret_key}
    elif place <= 1:
        given |= variables(weak if source == "environment" else full)
    lone_registry.serve(section(object_store.endpoint, bucket, weak if source == "static" else None), given)
    lone_registry.wait_until(lambda: unwell(lone_registry), "a health check that is refused")

    settings, identity = examined(lone_registry)

    assert "AccessDenied" in health(lone_registry)
    assert identity.keys is not None, identity.problem
    assert identity.keys.access_key.reveal() == weak.access_key
    assert not found(lone_registry, settings, identity)
    access = s3_access.gather(installation(lone_registry), lone_registry.config(), identity, Http(TrustedCAs()))
    assert access.forbidden
    assert access.asked_as == identity.words
    shown = f"{identity} {settings} {access.access_key_named_by}"
    assert not [value for value in (weak.secret_key, full.secret_key, *CANARIES.values()) if value in shown]


def test_no_credentials_anywhere_are_the_only_finding_and_keys_mend_it(
    object_store: ObjectStore, bucket: str, lone_registry: LoneRegistry, machine: Machine
) -> None:
    given = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": machine.url, "HOME": str(lone_registry.folder)}
    lone_registry.serve(section(object_store.endpoint, bucket), given)
    lone_registry.wait_until(lambda: unwell(lone_registry), "a health check that fails")
    assert "NoCredentialProviders" in health(lone_registry)

    settings, identity = examined(lone_registry)
    failing = found(lone_registry, settings, identity)

    assert set(failing) == {"s3_credentials_missing"}
    assert "no role is attached to this machine" in str(failing["s3_credentials_missing"].evidence)
    assert identity.none_found

    lone_registry.serve(section(object_store.endpoint, bucket), given | variables(object_store.identities["full"]))
    settings, identity = examined(lone_registry)
    assert health(lone_registry) == ""
    assert not found(lone_registry, settings, identity)


def test_a_registry_that_is_well_is_left_alone_while_the_metadata_service_is_not(
    object_store: ObjectStore, bucket: str, lone_registry: LoneRegistry, machine: Machine
) -> None:
    """The registry keeps the keys of its role; what is set beside them and not read by 2.8 does no harm."""
    machine.keys = object_store.identities["full"]
    given = {
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": machine.url,
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere/token",
        "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/registry",
        "AWS_ACCESS_KEY_ID": "AKIAALONE",
        "HOME": str(lone_registry.folder),
    }
    lone_registry.serve(section(object_store.endpoint, bucket), given)
    lone_registry.wait_until(lambda: health(lone_registry) == "", "a health check that is well")

    settings, identity = examined(lone_registry)
    access = s3_access.gather(installation(lone_registry), lone_registry.config(), identity, Http(TrustedCAs()))
    assert not found(lone_registry, settings, identity, debug=debug_server(lone_registry))
    assert not found(lone_registry, settings, identity, access=access)

    machine.unwell = True
    settings, identity = examined(lone_registry)
    assert (identity.keys, identity.none_found) == (None, False)
    assert "503" in identity.problem
    assert "s3_credentials_missing" not in found(lone_registry, settings, identity)
    assert not found(lone_registry, settings, identity, debug=debug_server(lone_registry))
    assert health(lone_registry) == ""


def test_half_a_pair_and_a_web_identity_do_not_help_2_8(
    object_store: ObjectStore, bucket: str, lone_registry: LoneRegistry, machine: Machine
) -> None:
    token = lone_registry.folder / "token"
    token.write_text("a.web.identity")
    keys = object_store.identities["full"]
    given = {
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": machine.url,
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(token),
        "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/registry",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": machine.url,
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "HOME": str(lone_registry.folder),
    }
    lone_registry.serve(section(object_store.endpoint, bucket), given)
    lone_registry.wait_until(lambda: unwell(lone_registry), "a health check that fails")
    assert "NoCredentialProviders" in health(lone_registry)

    settings, identity = examined(lone_registry)

    assert set(found(lone_registry, settings, identity)) == {"s3_credentials_missing", "s3_identity_unread"}
    assert identity.keys is None


def test_a_web_identity_gets_its_roles_keys_for_distribution_3(
    tmp_path: Path, lone_registry: LoneRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes = Processes()
    store = MotoStore(tmp_path, processes)
    try:
        with monkeypatch.context() as without:
            for name in CANARIES:
                without.delenv(name)
            store.start("registry")
        # Its IAM knows no request without a signature, which this one is by its nature.
        send("POST", f"{store.endpoint}/moto-api/reset-auth", headers={"Content-Type": "text/plain"}, body=b"99")
        token = tmp_path / "token"
        token.write_text("a.web.identity")
        given = {
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(token),
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/registry",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        lone_registry.serve(section(store.endpoint, "registry"), given)
        _, identity = examined(lone_registry, DISTRIBUTION_3)
        listing = registry_bucket(lone_registry.config(), Http(TrustedCAs()), 5.0, identity).list("", 1)
    finally:
        processes.stop_all()
    assert identity.keys is not None, identity.problem
    assert identity.keys.session_token
    assert identity.words == "the role arn:aws:iam::123456789012:role/registry, by web identity"
    assert listing.listed, listing.exchange


def regdoctor(registry: LoneRegistry, *words: str) -> tuple[int, str]:
    """Exit code and all that it says, run by somebody with an environment of their own."""
    place = ["--root", str(registry.folder), "--config", str(registry.file)]
    run = warm_runs.run([*words, *place, "--format", "json"], stdin="", environment=os.environ)
    assert not [name for name, value in CANARIES.items() if value in run.stdout + run.stderr]
    return run.returncode, run.stdout


def test_the_table_names_the_identity_and_a_half_pair_is_the_cause(
    object_store: ObjectStore, bucket: str, lone_registry: LoneRegistry, machine: Machine
) -> None:
    given = variables(object_store.identities["full"]) | {"AWS_EC2_METADATA_SERVICE_ENDPOINT": machine.url}
    lone_registry.serve(section(object_store.endpoint, bucket), given)
    code, text = regdoctor(lone_registry, "storage", "permissions")
    identity = json.loads(text)["identity"]
    assert code == 0
    assert identity["source"].startswith("environment of process ")
    assert identity["asked_as"] == "keys of the environment"

    del given["AWS_SECRET_ACCESS_KEY"]
    lone_registry.serve(section(object_store.endpoint, bucket), given)
    lone_registry.wait_until(lambda: unwell(lone_registry), "a health check that fails")
    code, text = regdoctor(lone_registry, "check", "storage", "registry_unhealthy")
    rows = [row for row in json.loads(text)["outcomes"] if row["outcome"] == "fail"]
    explained = {row["check"]: row["explained_by"] for row in rows}
    assert code == 1
    assert explained["s3_identity_unread"] is None
    assert set(explained) >= {"s3_credentials_missing", "registry_unhealthy"}
    assert {name for name, cause in explained.items() if cause is None} == {"s3_identity_unread"}


def test_our_own_environment_is_what_the_tests_say() -> None:
    assert {name: os.environ[name] for name in CANARIES} == CANARIES
