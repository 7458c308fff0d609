"""What a person types to say which registry, or which image: a URL, a request, or an image's name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from regdoctor.distribution.digests import parse_digest
from regdoctor.distribution.reference_grammar import is_repository, is_tag
from regdoctor.exit_codes import UsageError

_REQUEST = re.compile(r"(?P<name>.+)/(?P<kind>manifests|blobs|tags)/(?P<reference>[^/]+)")
"""What follows /v2/ (distribution-spec, end-2, end-3 and end-8a)."""

_DOCKER_HUB = ("docker.io", "index.docker.io")
"""What images of Docker Hub are called by; `library/` stands before a name of one part (reference, normalize.go)."""
_HUBS_REGISTRY = "registry-1.docker.io"
"""Where docker asks for them (moby, registry/config.go: DefaultV2Registry)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A registry, and where one was named, an image of it."""

    url: str
    """Scheme and authority as typed; https where no scheme was."""
    repository: str | None = None
    reference: str | None = None
    """A tag or a digest; None where none was named."""


def read_place(text: str) -> Place:
    """The place that `text` names.

    `https://host:5050`, `https://host/v2/group/image/manifests/tag`, `host:5050/group/image:tag`,
    `host/image@sha256:…`, or a host alone. As docker reads images (distribution/reference, normalize.go): the first
    part is a host where it holds a dot or a colon, or is localhost; docker.io is asked at its registry's own address.
    Raises UsageError for anything else.
    """
    scheme, separator, rest = text.rpartition("://")
    authority, slash, path = rest.partition("/")
    if "@" in authority:  # what stands before it is not shown: it may be a password
        raise UsageError("name and password do not belong into the address; use --username, --password-stdin.")
    if not authority:
        raise UsageError(f"{text!r} names no registry: give a URL such as https://registry.example.com, or an image.")
    is_hub = authority.lower() in _DOCKER_HUB
    if is_hub:
        authority = _HUBS_REGISTRY
    url = f"{scheme}{separator}{authority}" if separator else f"https://{authority}"
    if separator or path.startswith("v2/") or path == "v2":
        return _of_url(text, url, unquote(path))
    is_host = any(char in authority for char in ".:") or authority == "localhost"
    if slash and not is_host:
        raise UsageError(f"{text!r}: name the registry too: registry.example.com/{text}.")
    if is_hub and path and "/" not in path:
        path = f"library/{path}"
    return _of_image(text, url, path) if path else Place(url)


def _of_url(text: str, url: str, path: str) -> Place:
    """Raises UsageError for a path that is no request of the registry's API."""
    if path.strip("/") in ("", "v2"):
        return Place(url)
    if not path.startswith("v2/"):
        raise UsageError(f"{text!r}: give scheme, host and port alone, a /v2/ address, or an image without https://.")
    found = _REQUEST.fullmatch(path.removeprefix("v2/").rstrip("/"))
    if found is None or not is_repository(found["name"]):
        raise UsageError(f"{text!r}: not a request for a manifest, such as /v2/group/image/manifests/latest.")
    if found["kind"] != "manifests":
        return Place(url, found["name"])
    return Place(url, found["name"], _reference(text, found["reference"]))


def _of_image(text: str, url: str, path: str) -> Place:
    """Raises UsageError where it is no image's name."""
    name, at, digest = path.partition("@")
    tail = name.rpartition("/")[2]
    name, tag = (name[: -len(tail.partition(":")[2]) - 1], tail.partition(":")[2]) if ":" in tail else (name, "")
    if not is_repository(name):
        raise UsageError(f"{text!r}: {name!r} cannot be the name of an image.")
    return Place(url, name, _reference(text, digest if at else tag or "latest"))


def _reference(text: str, written: str) -> str:
    if is_tag(written):
        return written
    try:
        return str(parse_digest(written))
    except ValueError as error:
        raise UsageError(f"{text!r}: {written!r} is neither a tag nor a digest.") from error
