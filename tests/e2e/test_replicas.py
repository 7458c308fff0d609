"""Two real registries as instances of one: what is begun on one goes on with the other or not, as the checks say."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from regdoctor.check import Fail, Pass
from regdoctor.checks.registry.http_secret_differs import http_secret_differs
from regdoctor.checks.storage.replicas_store_apart import replicas_store_apart
from regdoctor.evidence.replicas import Replicas
from regdoctor.lab.client import Answer
from regdoctor.lab.image import build_image, push_image
from tests.e2e.lone_registry import LoneRegistry

if TYPE_CHECKING:
    from tests.e2e.conftest import LoneRegistries

HALF = b"half of a layer "
REFUSED = 'err.code="blob upload invalid" err.detail="invalid secret"'
"""What HA-01 looks like in the log of the instance that is asked to go on."""


@pytest.fixture
def one(lone_registries: LoneRegistries) -> LoneRegistry:
    """The instance that an upload is begun on."""
    return lone_registries("one")


@pytest.fixture
def other(lone_registries: LoneRegistries) -> LoneRegistry:
    """The instance that is asked to go on with it."""
    return lone_registries("other")


def settings(registry: LoneRegistry, secret: str | None, store: str = "shared") -> str:
    """The whole sections of an instance that stores in a folder beside its own; None leaves the secret out."""
    place = f"storage:\n  filesystem:\n    rootdirectory: {registry.folder.parent / store}\n"
    line = "" if secret is None else f"  secret: {secret}\n"
    return f"{place}http:\n  addr: 127.0.0.1:@PORT\n{line}"


def begin(registry: LoneRegistry) -> str:
    """Begin an upload and send the first half; where the registry sends the client on to, without the host."""
    begun = registry.ask("POST", "/v2/group/project/blobs/uploads/")
    assert begun.status == 202
    sent = registry.ask("PATCH", _path(begun), HALF)
    assert sent.status == 202
    return _path(sent)


def finish(registry: LoneRegistry, path: str) -> Answer:
    """Send the second half with the digest of both."""
    return registry.ask("PUT", f"{path}&digest={_digest()}", HALF)


def errors(answer: Answer) -> list[str]:
    """The codes that a refusal gives."""
    return [error["code"] for error in json.loads(answer.body)["errors"]]


def _path(answer: Answer) -> str:
    location = urlsplit(answer.headers["location"])
    return f"{location.path}?{location.query}"


def _digest() -> str:
    return f"sha256:{hashlib.sha256(HALF * 2).hexdigest()}"


def instances(one: LoneRegistry, other: LoneRegistry) -> Replicas:
    """The two very files that the registries run with, as regdoctor reads them."""
    return Replicas((one.config(), other.config()))


@pytest.mark.parametrize("secrets", [("one-secret", "another-secret"), ("one-secret", None), (None, None)])
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_an_upload_does_not_go_on_with_an_instance_of_another_secret(
    one: LoneRegistry, other: LoneRegistry, secrets: tuple[str | None, str | None], method: str
) -> None:
    one.serve(settings(one, secrets[0]))
    other.serve(settings(other, secrets[1]))
    path = begin(one)
    refused = finish(other, path) if method == "PUT" else other.ask("PATCH", path, HALF)

    assert (refused.status, errors(refused)) == (404, ["BLOB_UPLOAD_INVALID"])
    assert REFUSED in other.log
    assert REFUSED not in one.log
    assert REFUSED in http_secret_differs.symptoms
    random = "No HTTP secret provided - generated random secret"
    assert [random in registry.log for registry in (one, other)] == [secret is None for secret in secrets]
    assert random in http_secret_differs.symptoms
    assert isinstance(http_secret_differs.judge(replicas=instances(one, other)), Fail)
    assert finish(one, path).status == 201  # nothing but the other's secret was in the way


def test_an_upload_goes_on_with_an_instance_of_the_same_secret_and_storage(
    one: LoneRegistry, other: LoneRegistry
) -> None:
    one.serve(settings(one, "the-secret-of-both"))
    other.serve(settings(other, "the-secret-of-both"))
    path = begin(one)
    finished = finish(other, path)

    assert finished.status == 201
    blob = f"/v2/group/project/blobs/{_digest()}"
    assert [registry.ask("GET", blob).body for registry in (one, other)] == [HALF * 2, HALF * 2]
    assert isinstance(http_secret_differs.judge(replicas=instances(one, other)), Pass)
    assert isinstance(replicas_store_apart.judge(replicas=instances(one, other)), Pass)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_an_upload_is_unknown_to_an_instance_of_another_folder(
    one: LoneRegistry, other: LoneRegistry, method: str
) -> None:
    one.serve(settings(one, "the-secret-of-both", "here"))
    other.serve(settings(other, "the-secret-of-both", "there"))
    path = begin(one)
    refused = finish(other, path) if method == "PUT" else other.ask("PATCH", path, HALF)

    assert (refused.status, errors(refused)) == (404, ["BLOB_UPLOAD_UNKNOWN"])
    assert "blob upload unknown" in other.log
    assert "blob upload unknown" in replicas_store_apart.symptoms
    assert isinstance(replicas_store_apart.judge(replicas=instances(one, other)), Fail)
    assert isinstance(http_secret_differs.judge(replicas=instances(one, other)), Pass)


def test_an_image_of_the_one_folder_is_unknown_to_an_instance_of_another(
    one: LoneRegistry, other: LoneRegistry
) -> None:
    one.serve(settings(one, "the-secret-of-both", "here"))
    other.serve(settings(other, "the-secret-of-both", "there"))
    push_image(one.url, "group/project", "latest", build_image("x\n"), "")
    pulls = [registry.ask("GET", "/v2/group/project/manifests/latest") for registry in (one, other)]

    assert [pull.status for pull in pulls] == [200, 404]
    assert errors(pulls[1]) == ["MANIFEST_UNKNOWN"]
    assert "manifest unknown" in other.log
    assert "manifest unknown" in replicas_store_apart.symptoms
