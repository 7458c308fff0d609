"""Walks the way from a client to the bytes: the same request at every hop that can be asked from here."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from regdoctor.evidence.addresses import Addresses
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.hops import Hop, HopKind, Hops, Purpose
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.s3_access import S3Access
from regdoctor.evidence.served_tls import TlsLooks
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.token_trials import TokenTrials
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.hop_asking import Asker
from regdoctor.probes.hop_beside import look_at_debug_server, look_at_token_service
from regdoctor.probes.hop_blobs import with_blobs
from regdoctor.probes.hop_pushes import push_through
from regdoctor.probes.hop_redirects import followed
from regdoctor.probes.hop_request import Wanted, choose
from regdoctor.probes.hop_storage import look_at_storage
from regdoctor.probes.hop_upstream import Upstream, configured_upstream, named_upstream
from regdoctor.probes.trial_push import TRIAL_REPOSITORY
from regdoctor.target import Target

NEEDED: tuple[type, ...] = (
    Endpoints,
    Http,
    Installation,
    RegistryConfig,
    GitLabConfig,
    NginxConfig,
    TokenSource,
    TokenTrials,
    DebugServer,
    S3Access,
    Addresses,
    TlsLooks,
)
"""The evidence that a walk starts from."""

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the walk is to be about."""

    repository: str | None = None
    reference: str | None = None
    upstream: str | None = None
    """The URL of what stands behind the proxy, named by hand."""
    push: bool = False
    size: int = 2_000_000
    """Bytes of the layer of a trial push; nginx's own limit of a body is 1 MiB."""


def walk(target: Target, evidence: Mapping[type, Any], wish: Wish, end: float) -> Hops:
    """Ask every hop. evidence: of the kinds in NEEDED, or Absent. end: by time.monotonic().

    Raises CouldNotGatherError where no address is known, or nothing can be noted down before a push.
    """
    return _Walk(target, evidence, wish, end).hops()


class _Walk:
    def __init__(self, target: Target, evidence: Mapping[type, Any], wish: Wish, end: float) -> None:
        door = evidence.get(Http)
        if not isinstance(door, Http):
            raise CouldNotGatherError(door.reason if isinstance(door, Absent) else "no request could be made")
        self._target, self._evidence, self._wish, self._end = target, evidence, wish, end
        self._door = door
        found = self._get(Endpoints)
        if isinstance(found, Absent):
            raise CouldNotGatherError(found.reason)
        self._endpoints = found
        self._source = self._get(TokenSource)
        # A trial push needs the larger part of the time.
        asking = time.monotonic() + (end - time.monotonic()) / (3 if wish.push else 1)
        self._asker = Asker(door, self._source, asking)
        if target.login and isinstance(self._source, Absent):
            self._asker.words = f"without credentials ({self._source.reason})"

    def hops(self) -> Hops:
        """All of them, in a client's order."""
        started, began = time.time(), time.monotonic()
        repository = self._wish.repository or self._target.repository
        wanted, name = choose(self._asker, self._nearest(), repository, self._wish.reference)
        upstream = self._upstream()
        way = self._along(wanted, upstream)
        asked_as = self._asker.words
        way, blobs = with_blobs(self._asker, way, name)
        storage = look_at_storage(
            self._door, blobs, self._get(S3Access), self._get(RegistryConfig), self._asker.deadline
        )
        token = look_at_token_service(
            self._door,
            self._source,
            self._endpoints.realm,
            self._get(RegistryConfig),
            self._get(TokenTrials),
            wanted.scope,
            self._asker.deadline,
        )
        hops = (*way[:1], token, *way[1:], look_at_debug_server(self._get(DebugServer)), storage)
        not_pushed = ""
        if self._wish.push:
            hops, not_pushed = self._pushed(hops, repository or TRIAL_REPOSITORY)
        return Hops(wanted.line, asked_as, hops, started, time.monotonic() - began, not_pushed)

    def _get(self, kind: type[Kind]) -> Kind | Absent:
        return cast("Kind | Absent", self._evidence.get(kind, Absent(f"no probe provides {kind.__name__}")))

    def _nearest(self) -> str | None:
        internal, public = self._endpoints.internal, self._endpoints.public
        near = internal if internal is not None and internal.scheme == "http" else public
        return near.url if near is not None else None

    def _upstream(self) -> Upstream | str:
        """What stands behind the proxy, or why that is not known."""
        public = self._endpoints.public
        if self._wish.upstream is not None:
            return named_upstream(self._wish.upstream, public)
        try:
            return configured_upstream(
                self._get(NginxConfig),
                self._get(RegistryConfig),
                self._get(GitLabConfig),
                self._get(Installation),
                public,
            )
        except NotApplicableError as reason:
            return str(reason)

    def _along(self, wanted: Wanted, upstream: Upstream | str) -> tuple[Hop, ...]:
        """Public URL, upstream and the registry's own port; those that coincide once."""
        public, internal = self._endpoints.public, self._endpoints.internal
        behind = upstream if isinstance(upstream, Upstream) else None
        places: dict[tuple[str, int], list[HopKind]] = {}
        for kind, endpoint in (
            (HopKind.PUBLIC, public),
            (HopKind.UPSTREAM, behind.endpoint if behind else None),
            (HopKind.REGISTRY, internal),
        ):
            if endpoint is not None:
                places.setdefault(_place(endpoint), []).append(kind)
        hops: list[Hop] = []
        for kind, endpoint, reason in (
            (HopKind.PUBLIC, public, "the registry's public address is not known (name its URL)"),
            (HopKind.UPSTREAM, behind.endpoint if behind else None, upstream if isinstance(upstream, str) else ""),
            (HopKind.REGISTRY, internal, "its own port is asked on its own host alone (--root DIR there)"),
        ):
            if endpoint is None:
                needed = kind is not HopKind.UPSTREAM or internal is None
                hops.append(Hop((kind,), not_tried=reason, applicable=needed))
            elif places[_place(endpoint)][0] is kind:
                hops.append(self._hop(places[_place(endpoint)], endpoint, wanted, behind))
        return tuple(hops)

    def _hop(self, kinds: list[HopKind], endpoint: Endpoint, wanted: Wanted, behind: Upstream | None) -> Hop:
        is_public = HopKind.PUBLIC in kinds
        url, headers = f"{endpoint.url}{wanted.path}", wanted.headers
        if behind is not None and HopKind.UPSTREAM in kinds and not is_public:
            url, headers = behind.url(wanted.path), (*headers, *behind.headers)
        asked = self._asker.ask(Purpose.REQUEST, wanted.method, url, wanted.scope, headers, is_public=is_public)
        more = followed(self._door, asked[-1], wanted.headers, self._asker.deadline)
        hop = Hop(tuple(kinds), endpoint.url, endpoint.said_by, (*asked, *more))
        failure = asked[0].exchange.failure
        if kinds == [HopKind.UPSTREAM] and failure is not None and failure.kind is FailureKind.NAME:
            # The name of a container or a service: known where the proxy runs, and nowhere else.
            return dataclasses.replace(hop, asked=(), not_tried=f"{endpoint.host} does not resolve from here")
        return self._seen_from_outside(hop) if is_public else hop

    def _seen_from_outside(self, hop: Hop) -> Hop:
        addresses, looks = self._get(Addresses), self._get(TlsLooks)
        tls = (
            next((look for look in looks.looks if look.whose == "registry"), None)
            if isinstance(looks, TlsLooks)
            else None
        )
        return dataclasses.replace(hop, addresses=addresses if isinstance(addresses, Addresses) else None, tls=tls)

    def _pushed(self, hops: tuple[Hop, ...], repository: str) -> tuple[tuple[Hop, ...], str]:
        """The hops, and why nothing was pushed; empty where something was."""
        if isinstance(self._source, Absent):
            return hops, self._source.reason
        installation, config = self._get(Installation), self._get(RegistryConfig)
        elsewhere = Absent("another registry's storage may be at hand", applicable=False)
        local = self._target.registry_url is None and isinstance(installation, Installation) and installation.live
        pushed = push_through(
            hops,
            repository,
            self._wish.size,
            door=self._door,
            source=self._source,
            installation=installation if local else elsewhere,
            config=config if local else elsewhere,
            end=self._end,
        )
        return pushed, "" if any(hop.pushes for hop in pushed) else "no hop answered by a connection that is verified"


def _place(endpoint: Endpoint) -> tuple[str, int]:
    """Which addresses are the same: localhost is 127.0.0.1, where servers listen that are bound to either."""
    return ("127.0.0.1" if endpoint.host == "localhost" else endpoint.host, endpoint.port)
