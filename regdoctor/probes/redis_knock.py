"""One connection to a server of Redis or to a sentinel: what it says to a login and to a few harmless questions."""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from regdoctor.check import Quote
from regdoctor.distribution.whole_numbers import port_number
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.redis_answer import RedisServer
from regdoctor.foreign_text import short
from regdoctor.transport.attempt import Attempt
from regdoctor.transport.failures import failure_of
from regdoctor.transport.redis_protocol import NotRedisError, RedisConnection, RedisError, Reply

_Told = TypeVar("_Told")
_ROUND_TRIPS = 5
_DESCRIPTION = "blobs::sha256:" + "0" * 64
"""The key of a blob that nobody has (registry/storage/cache/redis/redis.go): what may be done with it is asked."""
_MOST_NAMES = 20
"""Names of main servers that are told of a sentinel; it may watch over any number."""


@dataclass(frozen=True, slots=True)
class Order:
    """As whom a server is asked, and for which of its databases."""

    user: str = ""
    password: str = field(default="", repr=False)
    db: str = ""
    reads_descriptions: bool = False
    """Whether distribution's cache of blobs' descriptions is kept there."""


@dataclass(frozen=True, slots=True)
class MainServer:
    """What a sentinel says of a main server's name."""

    address: str
    """Host and port; empty where it does not know the name."""
    names: tuple[str, ...] = ()
    """The names that it knows, where it does not know that one."""


def knock(address: str, said_by: Quote, order: Order, context: ssl.SSLContext | None, seconds: float) -> RedisServer:
    """Log in, choose the database, measure the way there and back, and read INFO; nothing is written.

    context: for TLS; None for none. seconds: for all of it. Nothing that the network or the server does raises.
    """
    seen = RedisServer(address, said_by)
    with Attempt(seconds) as attempt:
        server, _ = _met(seen, attempt, context, lambda link: (_served(_Visit(link, seen), order), None))
    return server


def ask_sentinel(
    address: str, said_by: Quote, order: Order, master: str, context: ssl.SSLContext | None, seconds: float
) -> tuple[RedisServer, MainServer | None]:
    """The sentinel, and what it says of the main server called `master`: None where it does not answer that."""
    seen = RedisServer(address, said_by)

    def ask(link: RedisConnection) -> tuple[RedisServer, MainServer | None]:
        visit = _Visit(link, replace(seen, connecting=link.connecting))
        told = visit.until_refused(lambda: _main_server(visit, order, master))
        return visit.server, told

    with Attempt(seconds) as attempt:
        return _met(seen, attempt, context, ask)


class _Visit:
    """What was learnt of a server so far."""

    def __init__(self, link: RedisConnection, server: RedisServer) -> None:
        """Nothing was asked yet."""
        self.link = link
        self.server = server
        self._asking = ""

    def ask(self, *words: str) -> Reply:
        """One command, of which the first word is kept for `until_refused`."""
        self._asking = words[0]
        return self.link.ask(*words)

    def log_in(self, order: Order) -> None:
        """AUTH as the registry does, where it does; then PING, which needs a login where there is one."""
        if order.password and order.user == "default":
            self._by_name_or_alone(order.password)
        elif order.password:
            self.ask("AUTH", *([order.user] if order.user else []), order.password)
        self.ask("PING")

    def _by_name_or_alone(self, password: str) -> None:
        """Before version 6 there were no users: AUTH takes a password alone."""
        try:
            self.ask("AUTH", "default", password)
        except RedisError as error:
            if "wrong number of arguments" not in str(error) and "syntax error" not in str(error):
                raise
            self.ask("AUTH", password)

    def look_up_a_description(self) -> None:
        """Ask for a blob's, as the registry does first of all, and keep the answer that the user may not do so.

        What else is said (a cluster names the server of that key) is no refusal.
        """
        try:
            self.ask("HMGET", _DESCRIPTION, "digest")
        except RedisError as error:
            if str(error).startswith("NOPERM"):
                self.server = replace(self.server, refused=str(error), refused_to=self._asking)

    def until_refused(self, questions: Callable[[], _Told]) -> _Told | None:
        """What the questions came to; None where one got an error, which is kept."""
        try:
            return questions()
        except RedisError as error:
            self.server = replace(self.server, refused=str(error), refused_to=self._asking)
            return None


def _main_server(visit: _Visit, order: Order, master: str) -> MainServer:
    visit.log_in(order)
    told = visit.ask("SENTINEL", "get-master-addr-by-name", master)
    if isinstance(told, list) and len(told) == 2:
        host, port = short(str(told[0])), short(str(told[1]))
        return MainServer(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    return MainServer("", _names(visit.ask("SENTINEL", "masters")))


def _round_trip(visit: _Visit, order: Order) -> float:
    """Seconds of the fastest of several, after a login and the choice of the database."""
    visit.log_in(order)
    if order.db not in ("", "0"):
        visit.ask("SELECT", order.db)
    trips = []
    for _ in range(_ROUND_TRIPS):
        began = time.monotonic()
        visit.ask("PING")
        trips.append(time.monotonic() - began)
    return min(trips)


def _served(visit: _Visit, order: Order) -> RedisServer:
    answering = visit.until_refused(lambda: _round_trip(visit, order))
    visit.server = replace(visit.server, connecting=visit.link.connecting, answering=answering)
    if order.reads_descriptions and not visit.server.refused:
        visit.look_up_a_description()
    if visit.server.refused:
        return visit.server
    info: dict[str, str] = {}
    with contextlib.suppress(RedisError):  # a user may be allowed to read and write keys, and not INFO
        for part in ("memory", "replication"):
            info |= _parsed(visit.link.ask("INFO", part))
    return replace(visit.server, info=info)


def _met(
    seen: RedisServer,
    attempt: Attempt,
    context: ssl.SSLContext | None,
    talk: Callable[[RedisConnection], tuple[RedisServer, MainServer | None]],
) -> tuple[RedisServer, MainServer | None]:
    """What a talk over one connection came to; a failure in the place of it where there was none."""
    host, _, port = seen.address.rpartition(":")
    number = port_number(port)
    if not host or not number:
        failure = Failure(FailureKind.SCHEME, f"{short(seen.address)} is not a host and a port")
        return replace(seen, failure=failure), None
    try:
        with RedisConnection(host.strip("[]"), number, attempt, context) as link:
            return talk(link)
    except NotRedisError as error:
        return replace(seen, failure=Failure(FailureKind.PROTOCOL, f"{attempt.contacted}: {error}")), None
    except (OSError, ValueError) as error:  # ValueError: a reader that was closed at the deadline
        return replace(seen, failure=failure_of(error, attempt)), None


def _parsed(reply: Reply) -> dict[str, str]:
    pairs = (line.partition(":") for line in reply.split("\r\n")) if isinstance(reply, str) else ()
    return {name: short(value) for name, colon, value in pairs if colon and len(name) < 60}


def _names(reply: Reply) -> tuple[str, ...]:
    """The names in the answer to SENTINEL masters: a list of servers, each a list of keys and values in turn."""
    found = []
    for server in (reply if isinstance(reply, list) else [])[:_MOST_NAMES]:
        if isinstance(server, list) and "name" in server[:-1]:
            found.append(short(str(server[server.index("name") + 1])))
    return tuple(found)
