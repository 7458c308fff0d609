"""The calls of a trial of writing, and what becomes of answers that no store would give."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Dialect
from regdoctor.distribution.s3_operations import Operation
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.s3_writes import S3Writes
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.s3_writes import s3_writes
from regdoctor.target import Target

CONFIG_ONLY = Absent("nothing but the configuration is known")
"""In place of the registry's identity."""

OWN = "docker/registry/v2/repositories/regdoctor-trial/_uploads/"
OWN_PATHS = (f"/reg/{OWN}", "/reg?prefix=", "/reg?max-keys=1&prefix=", "/reg?delete=")
SETTINGS = ("/reg?versioning", "/reg?object-lock")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ledger of this test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "regdoctor/ledger.json"


def config(url: str, more: str = "") -> RegistryConfig:
    """A registry that keeps its blobs at `url`."""
    s3 = f"regionendpoint: '{url}', bucket: reg, accesskey: access-key, secretkey: secret-key{more}"
    return parse_registry_config(f"storage: {{s3: {{{s3}}}}}".encode(), "config.yml")


def gather(config: RegistryConfig, door: Http, *, live: bool = True, allowed: bool = True) -> S3Writes:
    """The probe's answer."""
    installation = Installation(None, Dialect.PLAIN, live=live)
    found = s3_writes.gather(Target(allow_writes=allowed), installation, config, CONFIG_ONLY, door)
    assert isinstance(found, S3Writes)
    return found


@pytest.mark.parametrize(("live", "allowed"), [(True, False), (False, True)])
def test_nothing_is_asked_without_consent_or_of_a_copy(
    serve: Callable[..., Any], door: Http, state: Path, live: bool, allowed: bool
) -> None:
    server = serve(lambda _: (200, {}, b""))
    with pytest.raises(NotApplicableError):
        gather(config(server.url), door, live=live, allowed=allowed)
    assert server.seen == []
    assert not state.exists()


def test_objects_are_made_with_the_parameters_of_the_driver(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (403, {}, b"<Error><Code>AccessDenied</Code></Error>"))
    more = ", encrypt: true, keyid: a-key, storageclass: reduced_redundancy, objectacl: public-read"
    gather(config(server.url, more), door)
    for one in [one for one in server.seen if one.method in ("PUT", "POST") and "?delete" not in one.path]:
        headers = {name.lower(): value for name, value in one.headers.items()}
        assert headers["x-amz-acl"] == "public-read"
        assert headers["x-amz-storage-class"] == "REDUCED_REDUNDANCY"
        assert headers["x-amz-server-side-encryption"] == "aws:kms"
        assert headers["x-amz-server-side-encryption-aws-kms-key-id"] == "a-key"


def test_what_the_driver_leaves_out_is_not_sent(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (403, {}, b""))
    gather(config(server.url, ", keyid: a-key, storageclass: none, objectownership: true"), door)
    sent = {name.lower() for one in server.seen for name in one.headers}
    assert not {name for name in sent if name.startswith(("x-amz-server-side", "x-amz-acl", "x-amz-storage"))}


def test_where_all_is_refused_nothing_is_noted(serve: Callable[..., Any], door: Http, state: Path) -> None:
    server = serve(lambda _: (403, {}, b"<Error><Code>AccessDenied</Code></Error>"))
    found = gather(config(server.url), door)
    assert [call.action for call in found.calls] == [Operation.PUT, Operation.START_UPLOAD, Operation.DELETE]
    assert found.removed
    assert json.loads(state.read_text("utf-8")) == []


def test_a_page_that_answers_200_to_everything_is_no_store(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {"ETag": '"x"'}, b"<html>Welcome</html>"))
    with pytest.raises(CouldNotGatherError, match="does not keep what is put there"):
        gather(config(server.url), door)


def test_what_may_be_left_is_noted_and_the_next_run_removes_it(
    serve: Callable[..., Any], door: Http, state: Path
) -> None:
    broken = [True]

    def route(one: Any) -> Any:
        return (502, {}, b"") if broken and one.method != "GET" else (204, {}, b"")

    server = serve(route)
    found = gather(config(server.url), door)
    assert not found.removed
    assert OWN in found.leftover
    (first,) = json.loads(state.read_text("utf-8"))
    broken.clear()
    with pytest.raises(CouldNotGatherError):  # it gives back nothing of what it takes
        gather(config(server.url), door)
    assert f"DELETE /reg/{first['path']}startedat" in server.asked()
    assert json.loads(state.read_text("utf-8")) == []


@pytest.mark.parametrize("name", ["a" * 5000, "x\ny", "", "&amp;&lt;../../?delete"])
def test_no_upload_id_reaches_anything_but_its_own_upload(serve: Callable[..., Any], door: Http, name: str) -> None:
    page = f"<InitiateMultipartUploadResult><UploadId>{name}</UploadId></InitiateMultipartUploadResult>".encode()
    kept: dict[str, bytes] = {}

    def route(one: Any) -> Any:
        if one.method == "PUT":
            kept[one.path] = one.body
        if one.method == "POST":
            return 200, {}, page
        return (204, {}, b"") if one.method == "DELETE" else (200, {}, kept.get(one.path, b""))

    server = serve(route)
    gather(config(server.url), door)
    for one in server.seen:
        assert one.path in SETTINGS or one.path.startswith(OWN_PATHS)
        assert "/../" not in one.path


def test_nothing_is_written_where_there_is_no_bucket(serve: Callable[..., Any], door: Http, state: Path) -> None:
    server = serve(lambda _: (404, {}, b"<Error><Code>NoSuchBucket</Code></Error>"))
    with pytest.raises(CouldNotGatherError, match="no bucket 'reg'"):
        gather(config(server.url), door)
    assert [one.method for one in server.seen] == ["GET"]
    assert not state.exists()


def test_a_dead_store_is_asked_once(door: Http, dead_url: str, state: Path) -> None:
    with pytest.raises(CouldNotGatherError, match="could not be asked"):
        gather(config(dead_url), door)
    assert not state.exists()
