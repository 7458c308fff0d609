"""What is asked of every hop, and what is taken from a manifest, whatever a server writes into it."""

from __future__ import annotations

import json

import pytest

from regdoctor.distribution.digests import digest_of
from regdoctor.probes.hop_request import blob, blob_in, child_in, manifest

ONE, TWO = str(digest_of(b"1")), str(digest_of(b"2"))


def test_a_manifest_is_asked_for_with_every_type_and_the_scope_to_pull() -> None:
    wanted = manifest("group/image", ONE)

    assert wanted.line == f"GET /v2/group/image/manifests/{ONE}"
    assert wanted.scope is not None
    assert wanted.scope.scope == "repository:group/image:pull"
    assert "application/vnd.oci.image.index.v1+json" in dict(wanted.headers)["Accept"]


def test_of_a_blob_no_more_than_a_byte_is_asked_for() -> None:
    assert blob("a", ONE).headers == ()
    assert blob("a", ONE, "GET").headers == (("Range", "bytes=0-0"),)


@pytest.mark.parametrize(
    ("document", "digest"),
    [
        ({"config": {"digest": ONE}, "layers": [{"digest": TWO}]}, ONE),
        ({"config": {"digest": 5}, "layers": [{"digest": TWO}]}, TWO),
        ({"config": {"digest": "sha256:../../x"}}, None),
        ({"config": [], "layers": {}}, None),
        ({"layers": [None]}, None),
        ([], None),
    ],
)
def test_the_blob_of_a_manifest_is_its_config_or_first_layer(document: object, digest: str | None) -> None:
    assert blob_in(json.dumps(document).encode()) == digest


@pytest.mark.parametrize(
    ("document", "digest"),
    [
        ({"manifests": [{"digest": TWO}]}, TWO),
        ({"manifests": []}, None),
        ({"manifests": ["x"]}, None),
        ({"manifests": [{"digest": "latest"}]}, None),
        ("text", None),
    ],
)
def test_the_first_image_of_an_index_is_asked_for(document: object, digest: str | None) -> None:
    assert child_in(json.dumps(document).encode()) == digest
