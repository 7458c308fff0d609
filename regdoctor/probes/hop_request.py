"""Chooses what is asked of every hop: the image that was named, else one that the registry lists, else its base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from regdoctor.distribution.bounded_json import parse_json
from regdoctor.distribution.digests import parse_digest
from regdoctor.distribution.media_types import ACCEPT_ALL
from regdoctor.distribution.reference_grammar import is_repository, is_tag
from regdoctor.distribution.tokens import Access
from regdoctor.evidence.hops import Purpose
from regdoctor.probes.hop_asking import Asker

_MOST = 5
"""Repositories whose tags are looked at for one that has any."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request, without the address that it goes to."""

    method: str
    path: str
    scope: Access | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def line(self) -> str:
        """For people."""
        return f"{self.method} {self.path}"


BASE = Wanted("GET", "/v2/")


def manifest(repository: str, reference: str) -> Wanted:
    """GET of a manifest (distribution-spec, end-3)."""
    path = f"/v2/{quote(repository)}/manifests/{quote(reference, safe=':')}"
    return Wanted("GET", path, pull(repository), (("Accept", ACCEPT_ALL),))


def blob(repository: str, digest: str, method: str = "HEAD") -> Wanted:
    """HEAD or GET of a blob (distribution-spec, end-2)."""
    first = (("Range", "bytes=0-0"),) if method == "GET" else ()
    return Wanted(method, f"/v2/{quote(repository)}/blobs/{digest}", pull(repository), first)


def pull(repository: str) -> Access:
    """The scope that reading takes."""
    return Access("repository", repository, ("pull",))


def choose(asker: Asker, registry: str | None, repository: str | None, reference: str | None) -> tuple[Wanted, str]:
    """The request, and the repository that it is about; empty for none.

    registry: the URL to ask for an image where only a repository, or nothing, was named.
    """
    if repository and reference:
        return manifest(repository, reference), repository
    if registry is None:
        return BASE, ""
    for name in (repository,) if repository else _catalog(asker, registry):
        tags = _listed(asker, f"{registry}/v2/{quote(name)}/tags/list", pull(name), "tags")
        tags = [tag for tag in tags if is_tag(tag)]
        if tags:
            # Lists are in the order of the alphabet: nothing tells the newest, and `latest` means to be it.
            return manifest(name, "latest" if "latest" in tags else tags[-1]), name
    return BASE, ""


def blob_in(body: bytes) -> str | None:
    """The digest of a blob that a manifest names: its config's, else its first layer's; None for an index."""
    document = parse_json(body)
    if not isinstance(document, dict):
        return None
    layers = document.get("layers")
    for descriptor in (document.get("config"), *(layers[:1] if isinstance(layers, list) else ())):
        digest = descriptor.get("digest") if isinstance(descriptor, dict) else None
        if found := _digest(digest):
            return found
    return None


def child_in(body: bytes) -> str | None:
    """The digest of the first manifest that an index names; None where it is none."""
    document = parse_json(body)
    children = document.get("manifests") if isinstance(document, dict) else None
    first = children[0] if isinstance(children, list) and children else None
    return _digest(first.get("digest") if isinstance(first, dict) else None)


def _digest(written: object) -> str | None:
    try:
        return str(parse_digest(written)) if isinstance(written, str) else None
    except ValueError:
        return None


def _catalog(asker: Asker, registry: str) -> Sequence[str]:
    scope = Access("registry", "catalog", ("*",))
    names = _listed(asker, f"{registry}/v2/_catalog?n={_MOST}", scope, "repositories")
    # What is no name is not asked for: `../` in it would lead out of the registry's API.
    return [name for name in names if is_repository(name)][:_MOST]


def _listed(asker: Asker, url: str, scope: Access, field: str) -> list[str]:
    exchange = asker.ask(Purpose.REQUEST, "GET", url, scope)[-1].exchange
    answer = exchange.json() if exchange.status == 200 else None
    listed = answer.get(field) if isinstance(answer, dict) else None
    return [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
