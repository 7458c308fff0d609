"""What becomes of a bucket's answers, refusals and nonsense; nothing but GET and HEAD is ever sent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.s3_bucket import BucketSettings, Kept, StoreKind, Untold, kind_of
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes import s3_bucket as module

NONE = Absent("no identity is told", applicable=False)
OWN = "docker/registry/v2/"


def config(url: str, root: str = "") -> RegistryConfig:
    """A registry that keeps its blobs at `url`."""
    s3 = f"regionendpoint: '{url}', bucket: reg, accesskey: access-key, secretkey: secret-key"
    return parse_registry_config(f"storage: {{s3: {{{s3}, rootdirectory: '{root}'}}}}".encode(), "config.yml")


def gather(config: RegistryConfig, door: Http, *, live: bool = True) -> BucketSettings:
    """The probe's answer."""
    found = module.s3_bucket.gather(Installation(None, Dialect.PLAIN, live=live), config, NONE, door)
    assert isinstance(found, BucketSettings)
    return found


def listing(*keys: str) -> tuple[int, dict[str, str], bytes]:
    """A page with these keys."""
    return 200, {}, f"<ListBucketResult>{''.join(f'<Key>{key}</Key>' for key in keys)}</ListBucketResult>".encode()


def test_a_refused_setting_is_untold_and_the_rest_is_told(serve: Callable[..., Any], door: Http) -> None:
    def route(one: Any) -> Any:
        if "prefix=" in one.path:
            return listing(f"{OWN}repositories/a/")
        if "?lifecycle" in one.path:
            return 403, {}, b"<Error><Code>AccessDenied</Code></Error>"
        if "?versioning" in one.path:
            return 200, {"Server": "MinIO"}, b"<VersioningConfiguration/>"
        return 200, {"Server": "MinIO"}, b"<html/>"

    server = serve(route)
    found = gather(config(server.url), door)
    assert found.lifecycle == Untold("the store answers 403 AccessDenied to GetBucketLifecycleConfiguration")
    assert isinstance(found.lock, Untold)
    assert "not understood" in found.lock.reason
    assert found.versioning is False
    assert found.any_inside is True
    assert isinstance(found.inside, Kept)
    assert found.inside.keys == (f"{OWN}repositories/a/",)
    assert {line.split()[0] for line in server.asked()} == {"GET", "HEAD"}
    assert "secret-key" not in repr(found)


def test_an_empty_root_directory_is_held_against_the_rest_of_the_bucket(serve: Callable[..., Any], door: Http) -> None:
    def route(one: Any) -> Any:
        if "delimiter" in one.path:
            return 200, {}, b"<R><CommonPrefixes><Prefix>old/</Prefix></CommonPrefixes></R>"
        return listing(f"old/{OWN}x") if f"prefix=old/{OWN}" in unquote(one.path) else listing()

    found = gather(config(serve(route).url, "new"), door)
    assert found.any_inside is False
    assert [kept.prefix for kept in found.elsewhere] == [f"old/{OWN}"]


def test_a_store_that_lists_the_same_for_every_prefix_is_not_believed(serve: Callable[..., Any], door: Http) -> None:
    def route(one: Any) -> Any:
        return listing() if f"prefix=new/{OWN}" in unquote(one.path) else listing("anything")

    assert gather(config(serve(route).url, "new"), door).elsewhere == ()


def test_what_lists_nothing_is_asked_twice_and_a_dead_store_once(
    serve: Callable[..., Any], door: Http, dead_url: str
) -> None:
    server = serve(lambda _: (200, {}, b"<html>Console</html>"))
    found = gather(config(server.url), door)
    assert len(server.seen) == 2
    assert "was not listed" in found.unanswered
    assert "could not be asked" in gather(config(dead_url), door).unanswered


def test_settings_are_asked_side_by_side_and_told_in_order(serve: Callable[..., Any], door: Http) -> None:
    together = threading.Barrier(3, timeout=10)

    def route(one: Any) -> Any:
        if "max-keys=1000" in one.path or one.path.endswith(("?versioning", "?lifecycle")):
            together.wait()  # broken where one is asked after another
        return listing(f"{OWN}repositories/a/")

    found = gather(config(serve(route).url), door)
    assert not together.broken
    assert [one.what for one in found.answers] == [
        "HeadBucket",
        "ListObjects",
        "GetBucketVersioning",
        "GetBucketLifecycleConfiguration",
        "GetObjectLockConfiguration",
        "GetBucketOwnershipControls",
        "GetBucketEncryption",
    ]


def test_a_copy_and_another_storage_do_not_apply(door: Http, dead_url: str) -> None:
    with pytest.raises(NotApplicableError, match="copy"):
        gather(config(dead_url), door, live=False)
    with pytest.raises(NotApplicableError, match="not in S3"):
        gather(parse_registry_config(b"storage: {filesystem: {}}", "c"), door)


@pytest.mark.parametrize(
    ("url", "server", "kind"),
    [
        ("https://s3.eu-west-1.amazonaws.com", "", StoreKind.AMAZON),
        ("https://a.r2.cloudflarestorage.com", "cloudflare", StoreKind.R2),
        ("https://minio.example.com", "cloudflare", None),
        ("https://minio.example.com", "MinIO", StoreKind.MINIO),
        ("https://s3.example.com", "Ceph Object Gateway (squid)", StoreKind.CEPH),
        ("http://127.0.0.1:8333", "SeaweedFS 30GB 4.48", StoreKind.SEAWEEDFS),
        ("https://s3.example.com", "nginx", None),
    ],
)
def test_whose_store_it_is(url: str, server: str, kind: StoreKind | None) -> None:
    assert kind_of(url, server) is kind
