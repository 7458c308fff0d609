"""Looks at manifests through the registry's API, as many as the time allows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from regdoctor.distribution.digests import parse_digest
from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.media_types import ACCEPT_ALL
from regdoctor.distribution.reference_grammar import is_repository, is_tag
from regdoctor.distribution.tokens import Access
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.manifest_samples import Example, Schema1Manifest, ServedManifests, is_schema1
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, probe
from regdoctor.probes.credentials import Credentials, credentials_for
from regdoctor.probes.token_source import password_may_go_to
from regdoctor.target import Target

_BUDGET = 5.0
"""Seconds for all of it."""
_DEADLINE = 8.0
"""Seconds for each request; a token and an answer that were begun with in time may end after it."""
_REPOSITORIES = 100
_TAGS = 50
"""At most so many of each repository."""


@probe(
    reads=f"the catalog (or --repository), tags and manifests through the API, for up to {_BUDGET:g} s",
    limit=_BUDGET + 2 * _DEADLINE + 1,
    network=True,
)
def served_manifests(target: Target, endpoints: Endpoints, source: TokenSource, door: Http) -> ServedManifests:
    """The sample. Raises CouldNotGatherError where the registry does not let us list, saying what it answered."""
    registry = _asked(endpoints, source)
    if registry is None and endpoints.internal is not None and endpoints.internal.url.startswith("http:"):
        raise CouldNotGatherError(
            f"the password was not sent to {endpoints.internal.url}, which has no TLS and is not on this machine"
        )
    if registry is None:
        raise CouldNotGatherError("the registry's address is not known")
    walk = _Walk(registry, source, door, time.monotonic() + _BUDGET)
    names = (target.repository,) if target.repository else walk.catalog()
    for name in names:
        for tag in walk.tags(name):
            walk.look(name, tag)
    if walk.problem and not walk.looked_at:
        raise walk.problem
    return ServedManifests(tuple(walk.schema1), walk.looked_at, not walk.cut_short, walk.unreadable, walk.example)


def _asked(endpoints: Endpoints, source: TokenSource) -> Endpoint | None:
    """The address to walk at: the registry's own, where it has no TLS and a password that goes along may go there."""
    internal, public = endpoints.internal, endpoints.public
    if internal is None or not internal.url.startswith("http:"):
        return public
    by_password = source.needed and source.scheme == "basic" and source.login is not None
    is_public = public is not None and public.url == internal.url
    if by_password and not password_may_go_to(internal.url, is_public=is_public):
        return public
    return internal


@dataclass(slots=True)
class _Walk:
    registry: Endpoint
    source: TokenSource
    door: Http
    end: float
    looked_at: int = 0
    unreadable: int = 0
    cut_short: bool = False
    problem: CouldNotGatherError | None = None
    """Why a repository could not be listed, the first of them."""
    schema1: list[Schema1Manifest] = field(default_factory=list)
    example: Example | None = None
    _credentials: dict[Access, Credentials] = field(default_factory=dict)

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
        for number, tag in enumerate(self._listed(repository)):
            if number == _TAGS:
                self.cut_short = True
            if number == _TAGS or self._over():
                return
            yield tag

    def _listed(self, repository: str) -> tuple[str, ...]:
        """The tags of a repository; where they cannot be had, the sample is not complete."""
        try:
            return self._tag_list(repository)
        except CouldNotGatherError as problem:
            self.problem = self.problem or problem
            self.cut_short = True
            return ()

    def _tag_list(self, repository: str) -> tuple[str, ...]:
        # What is no name is not asked for: `../` in it would lead out of the registry's API.
        if not is_repository(repository):
            raise CouldNotGatherError(f"{repository!r} cannot be the name of a repository")
        exchange = self._get(f"{quote(repository)}/tags/list", _pull(repository))
        names = _names(exchange, "tags")
        if names is None and exchange.status != 404:  # 404: all its tags are gone
            raise CouldNotGatherError(f"the tags cannot be listed {self.source.words}: {exchange.quote().quote}")
        self.cut_short |= exchange.header("Link") is not None
        return names or ()

    def look(self, repository: str, tag: str) -> None:
        self.looked_at += 1
        if not is_tag(tag):
            self.unreadable += 1
            return
        path = f"{quote(repository)}/manifests/{quote(tag)}"
        exchange = self._get(path, _pull(repository), headers=(("Accept", ACCEPT_ALL),))
        # The one message of distribution 2.x for a stored schema1 manifest (registry/storage/manifeststore.go).
        refused = any("schema 1" in error.message.lower() for error in parse_errors(exchange.body))
        if exchange.status == 200 and is_schema1(exchange.json()):
            self.schema1.append(Schema1Manifest(repository, tag, exchange.quote(), served=True))
        elif refused:
            self.schema1.append(Schema1Manifest(repository, tag, exchange.quote(), served=False))
        elif exchange.status != 200:
            self.unreadable += 1
        elif self.example is None or not self.example.config:
            self.example = Example(repository, tag, _config_digest(exchange.json()))

    def _get(self, path: str, scope: Access, headers: tuple[tuple[str, str], ...] = ()) -> Exchange:
        # One token for each scope: GitLab's and the registry's life of one is minutes, the budget is seconds.
        if scope not in self._credentials:
            self._credentials[scope] = credentials_for(
                self.door, self.source, (scope,), deadline=_DEADLINE, registry=self.registry.url
            )
        url = f"{self.registry.url}/v2/{path}"
        # A manifest has up to 4 MiB (registry/handlers/manifests.go, maxManifestBodySize).
        return self.door.send("GET", url, headers=headers, deadline=_DEADLINE, cap=4 << 20, **self._credentials[scope])

    def _over(self) -> bool:
        self.cut_short |= time.monotonic() >= self.end
        return time.monotonic() >= self.end


def _config_digest(manifest: object) -> str:
    """Of an image manifest (image-spec, manifest.md); empty where it is another, or the digest is none to ask for."""
    config = manifest.get("config") if isinstance(manifest, dict) else None
    found = config.get("digest") if isinstance(config, dict) else None
    try:
        return str(parse_digest(found)) if isinstance(found, str) else ""
    except ValueError:
        return ""


def _pull(repository: str) -> Access:
    return Access("repository", repository, ("pull",))


def _names(exchange: Exchange, field_name: str) -> tuple[str, ...] | None:
    """The strings of a listing; None where the answer is none. A repository whose tags are all gone lists null."""
    answer = exchange.json()
    if exchange.status != 200 or not isinstance(answer, dict) or field_name not in answer:
        return None
    listed = answer[field_name] if answer[field_name] is not None else []
    return tuple(name for name in listed if isinstance(name, str)) if isinstance(listed, list) else None
