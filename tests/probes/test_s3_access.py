"""The calls that the registry's own credentials are tried with, and what becomes of each answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.check import Dialect
from regdoctor.distribution.s3_trials import TRIED
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.s3_access import S3Access
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes import s3_access as module

CONFIG_ONLY = Absent("nothing but the configuration is known")
"""In place of the registry's identity."""

BLOB = "docker/registry/v2/blobs/sha256/aa/aabb/data"
LINK = "docker/registry/v2/repositories/a/_layers/sha256/aabb/link"
DENIED = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"


def config(url: str, root: str = "") -> RegistryConfig:
    """A registry that keeps its blobs at `url`."""
    s3 = f"regionendpoint: '{url}', bucket: reg, accesskey: access-key, secretkey: secret-key"
    return parse_registry_config(f"storage: {{s3: {{{s3}, rootdirectory: '{root}'}}}}".encode(), "config.yml")


def gather(config: RegistryConfig, door: Http) -> S3Access:
    """The probe's answer."""
    found = module.s3_access.gather(Installation(None, Dialect.PLAIN, live=True), config, CONFIG_ONLY, door)
    assert isinstance(found, S3Access)
    return found


def listing(*keys: str) -> tuple[int, dict[str, str], bytes]:
    """A page with these keys."""
    return 200, {}, f"<ListBucketResult>{''.join(f'<Key>{key}</Key>' for key in keys)}</ListBucketResult>".encode()


@pytest.mark.parametrize("root", ["", "some/where"])
def test_every_call_is_tried_on_keys_that_exist(serve: Callable[..., Any], door: Http, root: str) -> None:
    prefix = f"{root}/" if root else ""

    def route(one: Any) -> Any:
        if "?" not in one.path:
            return 200, {}, b"x"
        return listing(prefix + (BLOB if "blobs" in one.path else LINK))

    server = serve(route)
    found = gather(config(server.url, root), door)
    tried = [(call.action, call.area, call.exists) for call in found.calls]
    areas = ("blobs", "repositories")
    actions = ("LIST", "HEAD", "GET")
    assert tried == [("LIST", "", True), *((action, area, True) for area in areas for action in actions)]
    assert all(call.allowed for call in found.calls)
    assert f"HEAD /reg/{prefix}{BLOB}" in server.asked()
    assert f"GET /reg/{prefix}{LINK}" in server.asked()
    assert "secret-key" not in repr(found)


def test_a_refusal_comes_with_its_code_and_a_key_is_made_up_where_none_is_listed(
    serve: Callable[..., Any], door: Http
) -> None:
    server = serve(lambda one: (403, {}, DENIED) if "blobs" in one.path else listing())
    found = gather(config(server.url), door)
    head, get = found.call("HEAD", "blobs"), found.call("GET", "blobs")
    assert head is not None
    assert get is not None
    assert (head.refused, head.code, head.exists) == (True, "", False)
    assert (get.refused, get.code) == (True, "AccessDenied")
    assert get.key.startswith("docker/registry/v2/blobs/")


def test_a_dead_store_is_asked_once(door: Http, dead_url: str) -> None:
    found = gather(config(dead_url), door)
    assert len(found.calls) == 1
    assert found.calls[0].exchange.failure is not None


def test_another_storage_does_not_apply(door: Http) -> None:
    with pytest.raises(NotApplicableError, match="not in S3"):
        gather(parse_registry_config(b"storage: {filesystem: {}}", "c"), door)


def test_all_calls_fit_into_the_limit() -> None:
    assert module.s3_access.limit >= len(TRIED) * module._DEADLINE


def test_exactly_the_calls_that_are_told_beforehand_are_made(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda one: listing(BLOB) if "?" in one.path and "X-Amz" not in one.path else (200, {}, b"x"))
    found = gather(config(server.url), door)
    assert [(call.action, call.area) for call in (*found.calls, *found.further)] == list(TRIED)
    assert len(server.seen) == len(TRIED)
    # A client that follows a link brings no credentials of its own.
    linked = [one for one in server.seen if "X-Amz-Signature=" in one.path]
    assert [one.method for one in linked] == ["HEAD", "GET"]
    assert all("Authorization" not in one.headers for one in linked)
    assert all("X-Amz-Expires=1200" in one.path for one in linked)


def test_a_store_that_does_not_answer_is_asked_no_further(door: Http, dead_url: str) -> None:
    found = gather(config(dead_url), door)
    assert found.further == ()


def test_areas_are_asked_side_by_side_and_told_in_order(serve: Callable[..., Any], door: Http) -> None:
    together = threading.Barrier(3, timeout=10)

    def route(one: Any) -> Any:
        first_of_area = "max-keys=100" in one.path and "_uploads" not in one.path.replace("%2F", "/")
        if first_of_area or one.path.endswith("?location="):
            together.wait()  # broken where one is asked after another
        return listing(BLOB) if "?" in one.path and "X-Amz" not in one.path else (200, {}, b"x")

    found = gather(config(serve(route).url), door)
    assert not together.broken
    assert [(call.action, call.area) for call in (*found.calls, *found.further)] == list(TRIED)
