"""Registries and images as people type them."""

from __future__ import annotations

import pytest

from regdoctor.exit_codes import UsageError
from regdoctor.hops.place import Place, read_place

DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("https://registry.example.com:5050", Place("https://registry.example.com:5050")),
        ("http://registry.example.com/v2/", Place("http://registry.example.com")),
        ("registry.example.com", Place("https://registry.example.com")),
        ("registry.example.com/v2/", Place("https://registry.example.com")),
        ("localhost:5000/a", Place("https://localhost:5000", "a", "latest")),
        ("r.example/group/image:1.2", Place("https://r.example", "group/image", "1.2")),
        (f"r.example/image@{DIGEST}", Place("https://r.example", "image", DIGEST)),
        (f"r.example/image:1@{DIGEST}", Place("https://r.example", "image", DIGEST)),
        ("docker.io/nginx", Place("https://registry-1.docker.io", "library/nginx", "latest")),
        ("docker.io/library/nginx:1", Place("https://registry-1.docker.io", "library/nginx", "1")),
        ("index.docker.io/group/image", Place("https://registry-1.docker.io", "group/image", "latest")),
        (f"docker.io/nginx@{DIGEST}", Place("https://registry-1.docker.io", "library/nginx", DIGEST)),
        ("https://docker.io/v2/", Place("https://registry-1.docker.io")),
        ("docker.io", Place("https://registry-1.docker.io")),
        ("https://r.example/v2/group/image/manifests/1.2", Place("https://r.example", "group/image", "1.2")),
        ("https://r.example/v2/group/image/tags/list", Place("https://r.example", "group/image")),
        (f"https://r.example/v2/a/blobs/{DIGEST}", Place("https://r.example", "a")),
    ],
)
def test_what_is_typed_is_a_registry_or_an_image_of_it(typed: str, place: Place) -> None:
    assert read_place(typed) == place


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("group/image", "name the registry too"),
        ("", "'' names no registry"),
        ("https://", "names no registry"),
        ("file:///etc/passwd", "'file:///etc/passwd' names no registry"),
        ("https://r.example/group/image", "an image without https://"),
        ("https://r.example/v2/Not_A/x", "not a request for a manifest"),
        ("r.example/Upper", "cannot be the name of an image"),
        ("r.example/a@sha256:1", "neither a tag nor a digest"),
        ("r.example/a:b:c", "neither a tag nor a digest"),
    ],
)
def test_what_is_neither_is_refused_with_the_reason(typed: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_place(typed)


def test_a_password_in_an_address_is_not_shown() -> None:
    with pytest.raises(UsageError) as refused:
        read_place("https://me:hunter22@r.example/group/image")

    assert "hunter22" not in str(refused.value)
