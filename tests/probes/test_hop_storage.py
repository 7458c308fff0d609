"""The storage is asked where the registry sends clients, and left alone where nobody is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.hops import Asked, Purpose
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probes.hop_storage import look_at_storage

NONE = Absent("the bucket was not asked", applicable=True)


def blob(status: int, location: str = "", asked: str = "https://registry.example.com/v2/a/blobs/x") -> Asked:
    headers = (("Location", location),) if location else ()
    return Asked(Purpose.BLOB, Exchange("HEAD", asked, status=status, headers=headers))


def config(storage: str) -> RegistryConfig:
    return parse_registry_config(f"version: 0.1\nstorage: {storage}\n".encode(), "config.yml")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/secret",
        "http://2130706433:{port}/",
        "http://127.1:{port}/",
        "http://0x7f000001:{port}/",
        "http://0:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
    ],
)
def test_a_registry_elsewhere_cannot_send_the_walk_to_this_host(
    serve: Callable[..., Any], door: Http, url: str
) -> None:
    inside = serve(lambda one: (200, {}, b""))

    hop = look_at_storage(door, (blob(307, url.format(port=inside.url.rpartition(":")[2])),), NONE, NONE, 2.0)

    assert inside.asked() == []
    assert "which means this very host or its cloud: not asked" in hop.not_tried


@pytest.mark.parametrize(
    ("blobs", "storage", "words", "applicable"),
    [
        ((), "{filesystem: {rootdirectory: /srv}}", "stores in filesystem and hands blobs out itself", False),
        ((blob(200),), "{s3: {bucket: b}}", "hands blobs out itself", False),
        ((), "{s3: {bucket: b}}", "the bucket was not asked", True),
    ],
)
def test_why_it_was_not_tried(door: Http, blobs: Any, storage: str, words: str, applicable: bool) -> None:
    hop = look_at_storage(door, blobs, NONE, config(storage), 2.0)

    assert words in hop.not_tried
    assert hop.applicable is applicable


def test_a_redirect_within_the_registry_is_no_storage(door: Http) -> None:
    within = blob(307, "/v2/a/blobs/y")

    assert look_at_storage(door, (within,), NONE, NONE, 2.0).asked == ()
