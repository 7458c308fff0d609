"""Looks at manifests through the registry's API, as many as the time allows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.media_types import ACCEPT_ALL
from regdoctor.distribution.tokens import Access
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.manifest_samples import Schema1Manifest, ServedManifests, is_schema1
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, probe
from regdoctor.probes.token_source import Credentials, credentials_for
from regdoctor.target import Target

_BUDGET = 5.0
"""Seconds for all of it."""
_REPOSITORIES = 100
_TAGS = 50
"""At most so many of each repository."""


@probe(
    reads=f"the catalog (or --repository), tags and manifests through the API, for up to {_BUDGET:g} s",
    limit=_BUDGET + 20,
)
def served_manifests(target: Target, endpoints: Endpoints, source: TokenSource, door: Http) -> ServedManifests:
    """The sample. Raises CouldNotGatherError where the registry does not let us list, saying what it answered."""
    internal = endpoints.internal
    registry = internal if internal and internal.url.startswith("http:") else endpoints.public
    if registry is None:
        raise CouldNotGatherError("the registry's address is not known")
    walk = _Walk(registry, source, door, time.monotonic() + _BUDGET)
    names = (target.repository,) if target.repository else walk.catalog()
    for name in names:
        for tag in walk.tags(name):
            walk.look(name, tag)
    return ServedManifests(tuple(walk.schema1), walk.looked_at, not walk.cut_short, walk.unreadable)


@dataclass(slots=True)
class _Walk:
    registry: Endpoint
    source: TokenSource
    door: Http
    end: float
    looked_at: int = 0
    unreadable: int = 0
    cut_short: bool = False
    schema1: list[Schema1Manifest] = field(default_factory=list)
    _credentials: dict[str, Credentials] = field(default_factory=dict)

    def catalog(self) -> tuple[str, ...]:
        exchange = self._get(f"_catalog?n={_REPOSITORIES}", Access("registry", "catalog", ("*",)))
        names = _names(exchange, "repositories")
        if names is None:
            raise CouldNotGatherError(f"the catalog cannot be read {self.source.words}: {exchange.quote().quote}")
        self.cut_short |= exchange.header("Link") is not None
        return names

    def tags(self, repository: str) -> Iterator[str]:
        if self._over():
            return
        exchange = self._get(f"{quote(repository)}/tags/list", _pull(repository))
        for number, tag in enumerate(_names(exchange, "tags") or ()):
            if number == _TAGS:
                self.cut_short = True
            if number == _TAGS or self._over():
                return
            yield tag

    def look(self, repository: str, tag: str) -> None:
        path = f"{quote(repository)}/manifests/{quote(tag)}"
        exchange = self._get(path, _pull(repository), headers=(("Accept", ACCEPT_ALL),))
        self.looked_at += 1
        # The one message of distribution 2.x for a stored schema1 manifest (registry/storage/manifeststore.go).
        refused = any("schema 1" in error.message.lower() for error in parse_errors(exchange.body))
        if exchange.status == 200 and is_schema1(exchange.json()):
            self.schema1.append(Schema1Manifest(repository, tag, exchange.quote(), served=True))
        elif refused:
            self.schema1.append(Schema1Manifest(repository, tag, exchange.quote(), served=False))
        elif exchange.status != 200:
            self.unreadable += 1

    def _get(self, path: str, scope: Access, headers: tuple[tuple[str, str], ...] = ()) -> Exchange:
        # One token for each scope: GitLab's and the registry's life of one is minutes, the budget is seconds.
        if scope.name not in self._credentials:
            self._credentials[scope.name] = credentials_for(self.door, self.source, (scope,))
        url = f"{self.registry.url}/v2/{path}"
        return self.door.send("GET", url, headers=headers, **self._credentials[scope.name])

    def _over(self) -> bool:
        self.cut_short |= time.monotonic() >= self.end
        return time.monotonic() >= self.end


def _pull(repository: str) -> Access:
    return Access("repository", repository, ("pull",))


def _names(exchange: Exchange, field_name: str) -> tuple[str, ...] | None:
    """The strings of a listing; None where the answer is none. A repository whose tags are all gone lists null."""
    answer = exchange.json()
    if exchange.status != 200 or not isinstance(answer, dict) or field_name not in answer:
        return None
    return tuple(name for name in answer[field_name] or () if isinstance(name, str))
