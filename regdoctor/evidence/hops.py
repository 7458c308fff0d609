"""The way from a client to the bytes, hop by hop, with the answer of each to the same request."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.evidence.addresses import Addresses
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.s3_access import S3Access
from regdoctor.evidence.served_tls import ServedTls
from regdoctor.evidence.trial_push import TrialPush


class HopKind(enum.StrEnum):
    """The places on the way, in a client's order."""

    PUBLIC = "public"
    """The registry's public URL: most often a proxy."""
    TOKEN = "token"  # noqa: S105 - a place, not a secret
    """The token service that the registry's challenge names."""
    UPSTREAM = "upstream"
    """Where the proxy passes requests on to, by its own configuration."""
    REGISTRY = "registry"
    """Where the registry process itself listens."""
    DEBUG = "debug"
    """The registry's debug server."""
    STORAGE = "storage"
    """Where the registry keeps the bytes, and sends clients for them."""


class Purpose(enum.StrEnum):
    """What a request was sent for."""

    REQUEST = "request"
    """The one that is shown at every hop of the registry."""
    FOLLOWED = "followed"
    """Where the answer to it sent the client on to: one step, without credentials."""
    BLOB = "blob"
    """HEAD of a blob of the same image: its answer may send the client on to the storage."""
    TOKEN = "token"  # noqa: S105 - a purpose, not a secret
    """What docker asks the token service."""
    TOKEN_USED = "token used"  # noqa: S105 - a purpose, not a secret
    """GET /v2/ of the registry with the token that the service gave."""
    HEALTH = "health"
    """/debug/health."""
    REDIRECTED = "redirected"
    """At the storage, as the client that the registry sent there: without credentials of its own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to a hop, and what came of it."""

    purpose: Purpose
    exchange: Exchange
    logged_in: bool = False
    """Whether it carried credentials that stand for somebody; a token that was given to nobody in particular does not
    count, nor does a request without any."""

    @property
    def line(self) -> str:
        """Method and URL for people; the query, which may be a signature, is left out."""
        return f"{self.exchange.method} {self.exchange.url.partition('?')[0]}"


@dataclass(frozen=True, slots=True)
class Hop:
    """One place. Those that turn out to be the same address are one hop of several kinds."""

    kinds: tuple[HopKind, ...]
    """The first is the one that it is called by."""
    url: str = ""
    """Scheme, host and port, of the token service the path too; empty where it is not known."""
    said_by: Quote | None = None
    asked: tuple[Asked, ...] = ()
    addresses: Addresses | None = None
    tls: ServedTls | None = None
    s3: S3Access | None = None
    """At the storage: what the registry's own identity may do there."""
    pushes: tuple[TrialPush, ...] = ()
    not_tried: str = ""
    """Why nothing was asked there; empty where something was."""
    foreseen: str = ""
    """What a push would meet there by the proxy's configuration, in words; empty for nothing, or nothing known."""
    applicable: bool = True
    """False where this registry has no such hop, or needs none: then nothing is missing."""

    @property
    def kind(self) -> HopKind:
        """By which it is called."""
        return self.kinds[0]

    @property
    def request(self) -> Asked | None:
        """The first request that was sent there."""
        return self.asked[0] if self.asked else None


@dataclass(frozen=True, slots=True)
class Hops:
    """One walk along the whole way."""

    request: str
    """What was asked of each hop of the registry: `GET /v2/group/image/manifests/latest`."""
    asked_as: str
    """As whom, in words: `anonymously`, `as lab`."""
    hops: tuple[Hop, ...]
    """In a client's order, those that could not be tried too."""
    started: float
    """Epoch seconds by the local clock."""
    seconds: float
    not_pushed: str = ""
    """Why nothing was pushed, where that was wanted; empty where something was, or was not wanted."""

    def hop(self, kind: HopKind) -> Hop | None:
        """The hop of a kind; None where the walk has none."""
        return next((hop for hop in self.hops if kind in hop.kinds), None)
