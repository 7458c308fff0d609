"""What the settings of storage and Redis do to a real docker-registry 2.8, and that the remedies undo it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from regdoctor.check import Check, Dialect, Fail, Outcome
from regdoctor.checks.redis.redis_settings_of_other_version import redis_settings_of_other_version
from regdoctor.checks.storage.delete_disabled import delete_disabled
from regdoctor.checks.storage.pull_through_cache import pull_through_cache
from regdoctor.checks.storage.readonly_left_on import readonly_left_on
from regdoctor.checks.storage.s3_bucket_malformed import s3_bucket_malformed
from regdoctor.checks.storage.s3_endpoint_malformed import s3_endpoint_malformed
from regdoctor.checks.storage.s3_object_acl_refused import s3_object_acl_refused
from regdoctor.checks.storage.s3_path_style_wrong import s3_path_style_wrong
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.injection import Absent
from regdoctor.lab.client import Answer, send, status_of
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Process, Processes
from regdoctor.lab.programs import find_program, minimal_environment

DIGEST = f"sha256:{'0' * 64}"
MANIFEST = f"/v2/app/manifests/{DIGEST}"
UPLOADS = "/v2/app/blobs/uploads/"
INMEMORY = "storage:\n  inmemory: {}\n"
TWO_EIGHT = Product(Generation.DISTRIBUTION_2, (2, 8, 2))
EVIDENCE = {"product": TWO_EIGHT, "gitlab": Absent("there is none here", applicable=False)}


class Registry:
    """Starts docker-registry with a configuration, one after the other."""

    def __init__(self, processes: Processes, folder: Path, name: str = "registry") -> None:
        self.processes = processes
        self.folder = folder
        self.name = name
        self.url = f"http://127.0.0.1:{free_ports(1)[0]}"

    def start(self, settings: str) -> Process:
        """Start it with these settings; a former one ends first. It may end at once."""
        config = self.folder / f"{self.name}.yml"
        config.write_text(f"version: 0.1\nhttp:\n  addr: {self.url.removeprefix('http://')}\n{settings}")
        return self.processes.start(
            self.name,
            [find_program("docker-registry"), "serve", config],
            log=self.folder / f"{self.name}-{len(list(self.folder.glob('*.log')))}.log",
            environment=minimal_environment(self.folder),
        )

    def serve(self, settings: str) -> None:
        """Start it with these settings and wait until it answers."""
        self.start(settings).wait_ready(lambda: status_of(f"{self.url}/v2/") is not None)

    def refuses(self, settings: str) -> str:
        """What it says where it ends at its start."""
        process = self.start(settings)
        process.wait_ended()
        return process.log.read_text()

    def ask(self, method: str, path: str) -> Answer:
        """One request without a body."""
        return send(method, f"{self.url}{path}", headers={"Content-Length": "0"})


@pytest.fixture
def processes() -> Iterator[Processes]:
    """The programs of one test, ended with it."""
    running = Processes()
    try:
        yield running
    finally:
        running.stop_all()


@pytest.fixture
def registry(processes: Processes, tmp_path: Path) -> Registry:
    """A registry on a port of its own."""
    return Registry(processes, tmp_path)


class Store:
    """Answers as an empty bucket does, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(f"{self.headers['Host']}{self.path.partition('?')[0]}")
                body = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
                """Nothing is written."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"


@pytest.fixture
def store() -> Iterator[Store]:
    """A listening store."""
    made = Store()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        thread.join()
        made.server.server_close()


def outcomes(check: Check, settings: str) -> list[Outcome]:
    """What the check says of these settings."""
    config: RegistryConfig = parse_registry_config(f"version: 0.1\n{settings}".encode(), "config.yml")
    given = {"config": config} | {name: value for name, value in EVIDENCE.items() if name in check.inputs}
    judged = check.judge(**given)
    return list(judged) if isinstance(judged, Iterable) else [judged]


def finding(check: Check, settings: str) -> Fail:
    """The one finding of the check."""
    [outcome] = outcomes(check, settings)
    assert isinstance(outcome, Fail), outcome
    return outcome


def pasted(check: Check, settings: str) -> str:
    """The piece of config.yml that the check's remedy says."""
    return finding(check, settings).remedy[Dialect.PLAIN].commands[0]


def test_a_read_only_registry_refuses_pushes_until_the_remedy(registry: Registry) -> None:
    readonly = "  maintenance:\n    readonly:\n      enabled: true\n"
    registry.serve(INMEMORY + readonly)

    assert registry.ask("POST", UPLOADS).status == 405
    assert registry.ask("POST", UPLOADS).body == b"Method not allowed\n"
    assert registry.ask("DELETE", MANIFEST).status == 405
    remedy = pasted(readonly_left_on, INMEMORY + readonly)
    registry.serve(INMEMORY + remedy.removeprefix("storage:\n"))
    assert registry.ask("POST", UPLOADS).status == 202


@pytest.mark.parametrize(
    "delete",
    ["", "  delete:\n    enabled: false\n", "  delete:\n    enabled: 'true'\n"],
    ids=["unset", "off", "quoted"],
)
def test_deletions_are_unsupported_until_the_remedy(registry: Registry, delete: str) -> None:
    registry.serve(INMEMORY + delete)
    refused = registry.ask("DELETE", MANIFEST)

    assert refused.status == 405
    assert delete_disabled.symptoms[0].encode() in refused.body
    gitlabs = "auth:\n  token:\n    realm: https://gitlab.example.com/jwt/auth\n"
    remedy = pasted(delete_disabled, INMEMORY + delete + gitlabs)
    registry.serve(INMEMORY + remedy.removeprefix("storage:\n"))
    assert registry.ask("DELETE", MANIFEST).status == 404


def test_a_cache_refuses_pushes(registry: Registry, processes: Processes, tmp_path: Path) -> None:
    remote = Registry(processes, tmp_path, "remote")
    remote.serve(INMEMORY)
    cache = f"{INMEMORY}proxy:\n  remoteurl: {remote.url}\n"
    registry.serve(cache)
    refused = registry.ask("POST", UPLOADS)

    assert refused.status == 405
    assert pull_through_cache.symptoms[0].encode() in refused.body
    gitlabs = "auth: {token: {realm: 'https://gitlab.example.com/jwt/auth'}}\n"
    assert "refuses pushes" in finding(pull_through_cache, cache + gitlabs).message
    registry.serve(INMEMORY)
    assert registry.ask("POST", UPLOADS).status == 202


def s3(parameters: str) -> str:
    """Storage in S3 that is looked at ten times a second."""
    return (
        f"storage:\n  s3: {{region: us-east-1, accesskey: k, secretkey: s, secure: false, {parameters}}}\n"
        "health:\n  storagedriver:\n    enabled: true\n    interval: 100ms\n    threshold: 1\n"
    )


@pytest.mark.parametrize("acl", ["public", "Private", "''", "12"])
def test_an_acl_that_is_none_stops_the_registry(registry: Registry, acl: str) -> None:
    settings = s3(f"bucket: b, regionendpoint: 'http://127.0.0.1:9', objectacl: {acl}")

    assert s3_object_acl_refused.symptoms[0] in registry.refuses(settings)
    assert "does not start" in finding(s3_object_acl_refused, settings).message
    registry.serve(s3("bucket: b, regionendpoint: 'http://127.0.0.1:9', objectacl: private"))


def test_without_a_bucket_the_registry_stops(registry: Registry) -> None:
    settings = s3("regionendpoint: 'http://127.0.0.1:9'")

    assert s3_bucket_malformed.symptoms[0] in registry.refuses(settings)
    assert "names no bucket" in finding(s3_bucket_malformed, settings).message


@pytest.fixture
def unhealthy(registry: Registry) -> Callable[[], bool]:
    """Whether the registry says that its storage cannot be used."""
    return lambda: registry.ask("GET", "/v2/app/tags/list").status == 503


def asked(registry: Registry, store: Store, settings: str) -> str:
    """What the store is asked first, once the registry looks at it."""
    registry.serve(settings)
    process = registry.processes.named("registry")
    assert process is not None
    process.wait_ready(lambda: bool(store.asked))
    return store.asked[0]


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_2_8_asks_by_path_with_and_without_a_scheme(registry: Registry, store: Store, scheme: str) -> None:
    settings = s3(f"bucket: images, regionendpoint: '{scheme}{store.address}', forcepathstyle: false")

    assert asked(registry, store, settings) == f"{store.address}/images"
    assert not any(isinstance(one, Fail) for one in outcomes(s3_endpoint_malformed, settings))
    assert not any(isinstance(one, Fail) for one in outcomes(s3_path_style_wrong, settings))


def test_a_bucket_in_the_endpoint_is_asked_for_twice_until_the_remedy(registry: Registry, store: Store) -> None:
    settings = s3(f"bucket: images, regionendpoint: 'http://{store.address}/images'")

    assert asked(registry, store, settings) == f"{store.address}/images/images"
    assert f'"http://{store.address}"' in pasted(s3_endpoint_malformed, settings)


def test_a_folder_in_the_buckets_name_is_taken_for_a_part_of_it(registry: Registry, store: Store) -> None:
    settings = s3(f"bucket: images/sub, regionendpoint: 'http://{store.address}'")

    assert asked(registry, store, settings) != f"{store.address}/images"
    assert pasted(s3_bucket_malformed, settings).endswith("bucket: images")


@pytest.mark.parametrize(
    "mark", ["http://ADDRESS ", '"http://ADDRESS"', "s3://ADDRESS"], ids=["blank", "marks", "scheme"]
)
def test_what_is_no_address_reaches_no_store_until_the_remedy(
    registry: Registry, store: Store, unhealthy: Callable[[], bool], mark: str
) -> None:
    settings = s3(f"bucket: images, regionendpoint: '{mark.replace('ADDRESS', store.address)}'")
    registry.serve(settings)
    process = registry.processes.named("registry")
    assert process is not None
    process.wait_ready(unhealthy)

    assert store.asked == []
    mended = pasted(s3_endpoint_malformed, settings).split("regionendpoint: ")[1].strip('"')
    assert asked(registry, store, s3(f"bucket: images, regionendpoint: '{mended}'")) == f"{store.address}/images"


def test_redis_in_the_words_of_3_stops_2_8_until_the_remedy(registry: Registry) -> None:
    cache = "storage:\n  inmemory: {}\n  cache:\n    blobdescriptor: redis\n"
    settings = f"{cache}redis:\n  addrs: ['127.0.0.1:9']\n"

    assert redis_settings_of_other_version.symptoms[0] in registry.refuses(settings)
    registry.serve(f"{cache}{pasted(redis_settings_of_other_version, settings)}\n")
