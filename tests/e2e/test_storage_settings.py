"""What the settings of storage and Redis do to a real docker-registry 2.8, and that the remedies undo it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

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
from tests.e2e.lone_registry import LoneRegistry

if TYPE_CHECKING:
    from tests.e2e.conftest import LoneRegistries

DIGEST = f"sha256:{'0' * 64}"
MANIFEST = f"/v2/app/manifests/{DIGEST}"
UPLOADS = "/v2/app/blobs/uploads/"
INMEMORY = "storage:\n  inmemory: {}\n"
TWO_EIGHT = Product(Generation.DISTRIBUTION_2, (2, 8, 2))
EVIDENCE = {"product": TWO_EIGHT, "gitlab": Absent("there is none here", applicable=False)}


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


def test_a_read_only_registry_refuses_pushes_until_the_remedy(lone_registry: LoneRegistry) -> None:
    readonly = "  maintenance:\n    readonly:\n      enabled: true\n"
    lone_registry.serve(INMEMORY + readonly)

    assert lone_registry.ask("POST", UPLOADS).status == 405
    assert lone_registry.ask("POST", UPLOADS).body == b"Method not allowed\n"
    assert lone_registry.ask("DELETE", MANIFEST).status == 405
    remedy = pasted(readonly_left_on, INMEMORY + readonly)
    lone_registry.serve(INMEMORY + remedy.removeprefix("storage:\n"))
    assert lone_registry.ask("POST", UPLOADS).status == 202


@pytest.mark.parametrize(
    "delete",
    ["", "  delete:\n    enabled: false\n", "  delete:\n    enabled: 'true'\n"],
    ids=["unset", "off", "quoted"],
)
def test_deletions_are_unsupported_until_the_remedy(lone_registry: LoneRegistry, delete: str) -> None:
    lone_registry.serve(INMEMORY + delete)
    refused = lone_registry.ask("DELETE", MANIFEST)

    assert refused.status == 405
    assert delete_disabled.symptoms[0].encode() in refused.body
    gitlabs = "auth:\n  token:\n    realm: https://gitlab.example.com/jwt/auth\n"
    remedy = pasted(delete_disabled, INMEMORY + delete + gitlabs)
    lone_registry.serve(INMEMORY + remedy.removeprefix("storage:\n"))
    assert lone_registry.ask("DELETE", MANIFEST).status == 404


def test_a_cache_refuses_pushes(lone_registries: LoneRegistries) -> None:
    remote, registry = lone_registries("remote"), lone_registries("cache")
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
def test_an_acl_that_is_none_stops_the_registry(lone_registry: LoneRegistry, acl: str) -> None:
    settings = s3(f"bucket: b, regionendpoint: 'http://127.0.0.1:9', objectacl: {acl}")

    assert s3_object_acl_refused.symptoms[0] in lone_registry.refuse(settings)
    assert "does not start" in finding(s3_object_acl_refused, settings).message
    lone_registry.serve(s3("bucket: b, regionendpoint: 'http://127.0.0.1:9', objectacl: private"))


def test_without_a_bucket_the_registry_stops(lone_registry: LoneRegistry) -> None:
    settings = s3("regionendpoint: 'http://127.0.0.1:9'")

    assert s3_bucket_malformed.symptoms[0] in lone_registry.refuse(settings)
    assert "names no bucket" in finding(s3_bucket_malformed, settings).message


@pytest.fixture
def unhealthy(lone_registry: LoneRegistry) -> Callable[[], bool]:
    """Whether the registry says that its storage cannot be used."""
    return lambda: lone_registry.ask("GET", "/v2/app/tags/list").status == 503


def asked(lone_registry: LoneRegistry, store: Store, settings: str) -> str:
    """What the store is asked first, once the registry looks at it."""
    lone_registry.serve(settings)
    lone_registry.wait_until(lambda: bool(store.asked), "a request to the store")
    return store.asked[0]


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_2_8_asks_by_path_with_and_without_a_scheme(lone_registry: LoneRegistry, store: Store, scheme: str) -> None:
    settings = s3(f"bucket: images, regionendpoint: '{scheme}{store.address}', forcepathstyle: false")

    assert asked(lone_registry, store, settings) == f"{store.address}/images"
    assert not any(isinstance(one, Fail) for one in outcomes(s3_endpoint_malformed, settings))
    assert not any(isinstance(one, Fail) for one in outcomes(s3_path_style_wrong, settings))


def test_a_bucket_in_the_endpoint_is_asked_for_twice_until_the_remedy(
    lone_registry: LoneRegistry, store: Store
) -> None:
    settings = s3(f"bucket: images, regionendpoint: 'http://{store.address}/images'")

    assert asked(lone_registry, store, settings) == f"{store.address}/images/images"
    assert f'"http://{store.address}"' in pasted(s3_endpoint_malformed, settings)


def test_a_folder_in_the_buckets_name_is_taken_for_a_part_of_it(lone_registry: LoneRegistry, store: Store) -> None:
    settings = s3(f"bucket: images/sub, regionendpoint: 'http://{store.address}'")

    assert asked(lone_registry, store, settings) != f"{store.address}/images"
    assert pasted(s3_bucket_malformed, settings).endswith("bucket: images")


@pytest.mark.parametrize(
    "mark", ["http://ADDRESS ", '"http://ADDRESS"', "s3://ADDRESS"], ids=["blank", "marks", "scheme"]
)
def test_what_is_no_address_reaches_no_store_until_the_remedy(
    lone_registry: LoneRegistry, store: Store, unhealthy: Callable[[], bool], mark: str
) -> None:
    settings = s3(f"bucket: images, regionendpoint: '{mark.replace('ADDRESS', store.address)}'")
    lone_registry.serve(settings)
    lone_registry.wait_until(unhealthy, "its being unhealthy")

    assert store.asked == []
    mended = pasted(s3_endpoint_malformed, settings).split("regionendpoint: ")[1].strip('"')
    assert asked(lone_registry, store, s3(f"bucket: images, regionendpoint: '{mended}'")) == f"{store.address}/images"


def test_redis_in_the_words_of_3_stops_2_8_until_the_remedy(lone_registry: LoneRegistry) -> None:
    cache = "storage:\n  inmemory: {}\n  cache:\n    blobdescriptor: redis\n"
    settings = f"{cache}redis:\n  addrs: ['127.0.0.1:9']\n"

    assert redis_settings_of_other_version.symptoms[0] in lone_registry.refuse(settings)
    lone_registry.serve(f"{cache}{pasted(redis_settings_of_other_version, settings)}\n")
