"""What each server of Redis says that the registry is told to use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from regdoctor.check import Quote
from regdoctor.evidence.exchange import Failure
from regdoctor.formats.located import Located
from regdoctor.formats.redis_sections import RedisSection

NEEDLESS = ("called without any password", "no password is set")
"""What Redis says to a password where it has none: since 6.0 the first, before the second (redis, AUTH)."""


@dataclass(frozen=True, slots=True)
class RedisServer:
    """One server, asked as the registry asks it."""

    address: str
    """Host and port."""
    said_by: Quote
    """The setting with its address, or the sentinel that named it."""
    failure: Failure | None = None
    """Why there is no answer, or no answer in Redis' protocol."""
    refused: str = ""
    """The error with which it turned the registry away, cut to one line; empty where it did not."""
    refused_to: str = ""
    """Which command that was the answer to: `AUTH`, `PING`, `SELECT`, `HMGET` or `SENTINEL`."""
    connecting: float | None = None
    """Seconds until the connection was there, TLS not included; None where none came about."""
    answering: float | None = None
    """Seconds of the fastest of several round trips; None where there was none."""
    info: Mapping[str, str] = field(default_factory=dict)
    """What INFO tells of memory and replication; empty where that is not allowed."""

    @property
    def serves(self) -> bool:
        """Whether it took the registry in."""
        return self.failure is None and not self.refused

    def number(self, name: str) -> int | None:
        """A whole number that INFO tells; None where it tells none."""
        text = self.info.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None

    def quote(self) -> Quote:
        """What came of it as evidence."""
        if self.failure is not None:
            return Quote(f"redis {self.address}", self.failure.message)
        said = f"{self.refused_to} → {self.refused}" if self.refused else "PING → PONG"
        return Quote(f"redis {self.address}", said)

    def quote_info(self, *names: str) -> Quote:
        """Some of what INFO tells, as evidence."""
        return Quote(f"redis {self.address}", "INFO → " + ", ".join(f"{name}:{self.info.get(name)}" for name in names))


@dataclass(frozen=True, slots=True)
class RedisUse:
    """One section of the configuration, with the servers behind it."""

    section: RedisSection
    servers: tuple[RedisServer, ...]
    """Those whose addresses are written; sentinels where the section names a main server."""
    main: RedisServer | None = None
    """The one that the sentinels named; None without sentinels, and where none of them named any."""
    unknown_to: tuple[RedisServer, ...] = ()
    """The sentinels that know no main server of that name."""
    known_names: tuple[str, ...] = ()
    """The names that these sentinels do know."""

    @property
    def path(self) -> str:
        """`redis`, `redis.cache` and so on."""
        return self.section.path

    @property
    def data_servers(self) -> tuple[RedisServer, ...]:
        """Those that keep data, as far as they are known."""
        if self.section.master is not None:
            return () if self.main is None else (self.main,)
        return self.servers

    @property
    def lone(self) -> RedisServer | None:
        """The one server that everything is written to; None where several are named, as for a cluster."""
        return self.data_servers[0] if len(self.data_servers) == 1 else None

    def setting(self, name: str) -> Located | None:
        """A setting of the section."""
        return self.section.setting(name)

    @property
    def harm(self) -> str:
        """What it means for the registry that this Redis does not serve, as the end of a sentence.

        Seen with 2.8.2: pulls and pushes go on from the storage, DELETE of a blob gets 500. GitLab's, after the source
        (registry/handlers/app.go): what is in `redis` itself must answer at the start, the rest is gone without.
        """
        if self.section.stops_the_start:
            return "the registry does not start without it"
        if self.path == "redis.ratelimiter":
            return "requests are not limited"
        if self.path == "redis.loadbalancing":
            return "reads of the database are not spread over its replicas"
        if self.path == "redis.cache":
            return "each request asks the database anew"
        return "each request asks the storage anew, and deleting a blob gets 500"


@dataclass(frozen=True, slots=True)
class RedisAnswer:
    """All that the registry uses Redis for."""

    uses: tuple[RedisUse, ...]
