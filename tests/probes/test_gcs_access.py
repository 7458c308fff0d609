"""What is asked of Google's store, by whose token, and what becomes of strange answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.check import Dialect, Quote
from regdoctor.distribution.gcs_trials import TRIED
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.evidence.installation import Installation
from regdoctor.formats.google_key import GoogleKey, KeyFault
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.gcs_access import gcs_access

SAID = Quote("config.yml", "gcs: …", 3)
TOKEN = "ya29.0123456789abcdef0123456789"
CONFIG = parse_registry_config(b"storage: {gcs: {bucket: my images, rootdirectory: /a/}}", "config.yml")
HERE = Installation(None, Dialect.PLAIN, live=True)


def _machine(url: str, emulator: str | None = None) -> GcsKey:
    host = url.removeprefix("http://")
    return GcsKey(KeySource.MACHINE, SAID, metadata_host=host, emulator=host if emulator is None else emulator)


def _gather(key: GcsKey | Absent, door: Http, config: Any = CONFIG, here: Installation = HERE) -> GcsAccess:
    found = gcs_access.gather(here, config, key, Absent("none"), door)
    assert isinstance(found, GcsAccess)
    return found


def _google(one: Any) -> tuple[int, dict[str, str], bytes]:
    """A metadata server and a store in one."""
    if "/token" in one.path:
        return 200, {}, json.dumps({"access_token": TOKEN}).encode()
    if one.path.endswith("/email"):
        return 200, {}, b"a@p.iam.gserviceaccount.com"
    if "testPermissions" in one.path:
        return 200, {}, b'{"kind": "storage#testIamPermissionsResponse"}'
    if "prefix=" in one.path:
        return 200, {}, b'{"kind": "storage#objects", "items": [{"name": "a/docker/x y"}]}'
    return 200, {}, b'{"kind": "storage#bucket"}'


def test_every_call_is_a_read_with_the_token_in_its_place(serve: Callable[..., Any], door: Http) -> None:
    server = serve(_google)
    found = _gather(_machine(server.url), door)

    store = [one for one in server.seen if one.path.startswith("/storage/")]
    assert len(store) == len(TRIED) - 2  # neither a token nor a link
    assert {one.method for one in server.seen} == {"GET"}
    assert all(one.headers["Authorization"] == f"Bearer {TOKEN}" for one in store)
    assert all(one.path.startswith("/storage/v1/b/my%20images") for one in store)
    assert "prefix=a%2Fdocker%2Fregistry%2Fv2%2F&maxResults=1" in store[1].path
    assert store[2].path.endswith("/o/a%2Fdocker%2Fx%20y?alt=media")
    assert "/o/a%2Fdocker%2Fx%20y/iam/testPermissions?permissions=" in store[4].path
    assert found.email == "a@p.iam.gserviceaccount.com"
    assert TOKEN not in repr(found)
    assert found.conditional


def test_a_refused_token_is_kept_and_nothing_more_is_asked(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (403, {}, b'{"error": "forbidden"}'))
    found = _gather(_machine(server.url), door)

    assert found.tested is None
    assert "forbidden" in found.unusable
    assert len(server.seen) == 1


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"kind": "storage#objects", "items": [7]}', b"[" * 10_000])
def test_a_store_that_answers_the_same_to_everything_tells_nothing(
    serve: Callable[..., Any], door: Http, body: bytes
) -> None:
    server = serve(lambda one: _google(one) if "computeMetadata" in one.path else (200, {}, body))
    found = _gather(_machine(server.url), door)

    assert found.held is None
    assert found.unusable
    assert isinstance(found.bucket_settings, str)


def test_without_tls_another_host_gets_no_token(serve: Callable[..., Any], door: Http) -> None:
    server = serve(_google)
    found = _gather(_machine(server.url, "http://store.invalid:1"), door)

    assert found.tested is not None
    assert not any(name == "Authorization" for name, _ in found.tested.request_headers)


def test_where_nothing_is_listed_a_name_that_nobody_has_is_read(serve: Callable[..., Any], door: Http) -> None:
    def empty(one: Any) -> tuple[int, dict[str, str], bytes]:
        if "prefix=" in one.path:
            return 200, {}, b'{"kind": "storage#objects"}'
        return (404, {}, b"No such object: b/x") if "alt=media" in one.path else _google(one)

    found = _gather(_machine(serve(empty).url), door)

    assert found.made_up
    assert "storage.objects.get" in (found.held or ())
    assert found.tested_object is None


def test_no_metadata_server_is_no_identity(dead_url: str, door: Http) -> None:
    with pytest.raises(CouldNotGatherError, match="no metadata server answers"):
        _gather(_machine(dead_url), door)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (GcsKey(KeySource.KEYFILE, SAID, "/k", key=GoogleKey(fault=KeyFault.NOT_JSON)), "/k is no JSON object"),
        (GcsKey(KeySource.VARIABLE, SAID, "/k", key=GoogleKey("external_account")), "external_account"),
        (Absent("no key"), "no key"),
    ],
)
def test_without_a_usable_key_nothing_is_asked(key: GcsKey | Absent, words: str, door: Http) -> None:
    with pytest.raises(CouldNotGatherError, match=words):
        _gather(key, door)


def test_a_copy_and_another_storage_are_not_asked(door: Http) -> None:
    key = _machine("http://127.0.0.1:9")
    with pytest.raises(NotApplicableError):
        _gather(key, door, here=Installation(None, Dialect.PLAIN, live=False))
    with pytest.raises(NotApplicableError):
        _gather(key, door, config=parse_registry_config(b"storage: {s3: {bucket: b}}", "config.yml"))


def test_a_section_without_a_bucket_is_told(door: Http) -> None:
    config = parse_registry_config(b"storage: {gcs: {keyfile: /k}}", "config.yml")
    with pytest.raises(CouldNotGatherError, match="names no bucket"):
        _gather(_machine("http://127.0.0.1:9"), door, config=config)
