"""Asks each hop that gave the image for one of its blobs: the answer may send the client on to the storage."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from regdoctor.evidence.hops import Asked, Hop, HopKind, Purpose
from regdoctor.probes.hop_asking import Asker
from regdoctor.probes.hop_request import Wanted, blob, blob_in, child_in, manifest


def with_blobs(asker: Asker, way: Sequence[Hop], repository: str) -> tuple[tuple[Hop, ...], tuple[Asked, ...]]:
    """The hops, asked for a blob of the image too, and what the innermost answered to HEAD and GET of it.

    repository: of the image that was asked for; empty where none was.
    """
    served = [hop for hop in way if hop.request and hop.request.exchange.status == 200]
    digest = _digest(asker, served[-1], repository) if served and repository else None
    if digest is None:
        return tuple(way), ()
    answers: tuple[Asked, ...] = ()
    found: dict[HopKind, Hop] = {}
    for hop in served:
        methods = ("HEAD", "GET") if hop is served[-1] else ("HEAD",)
        wanted = [blob(repository, digest, method) for method in methods]
        answers = tuple(one for each in wanted for one in _ask(asker, hop, each, Purpose.BLOB))
        found[hop.kind] = dataclasses.replace(hop, asked=(*hop.asked, *answers))
    return tuple(found.get(hop.kind, hop) for hop in way), answers


def _digest(asker: Asker, hop: Hop, repository: str) -> str | None:
    """Of a blob of the image that the hop gave; of an index, of its first image."""
    body = hop.asked[0].exchange.body
    child = child_in(body)
    if child is not None:
        body = _ask(asker, hop, manifest(repository, child), Purpose.REQUEST)[-1].exchange.body
    return blob_in(body)


def _ask(asker: Asker, hop: Hop, wanted: Wanted, purpose: Purpose) -> tuple[Asked, ...]:
    is_public = HopKind.PUBLIC in hop.kinds
    url = f"{hop.url}{wanted.path}"
    return asker.ask(purpose, wanted.method, url, wanted.scope, wanted.headers, is_public=is_public)
