"""Knocks at the Redis behind the registry, with the registry's own settings."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from regdoctor.check import Dialect, Quote
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Product
from regdoctor.evidence.redis_answer import RedisAnswer, RedisServer, RedisUse
from regdoctor.formats.redis_sections import RedisSection, redis_in_use
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.redis_knock import MainServer, Order, ask_sentinel, knock
from regdoctor.transport.tls import verifying_context

_MOST = 8
"""Addresses of one section that are asked; a cluster of more is asked by these."""
_DEADLINE = 4.0
"""Seconds for each server; sentinels and the server that they name are asked one after the other."""
_CONTAINED = (Dialect.COMPOSE, Dialect.HELM)


@probe(
    reads="PING and INFO at each address of Redis in the registry's configuration, logged in as the "
    "registry does, and whether HMGET of a blob's description is allowed; of sentinels the address of the main server",
    limit=6 * _DEADLINE + 2,
    network=True,
)
def redis_answer(installation: Installation, config: RegistryConfig, product: Product, door: Http) -> RedisAnswer:
    """What each server answers.

    Raises NotApplicableError where Redis is not used, for a copied tree, and for a registry in a container, whose
    addresses mean something else here; CouldNotGatherError where a client's certificate would have to be shown.
    """
    sections = redis_in_use(config, product.candidates())
    if not sections:
        raise NotApplicableError("the registry does not use Redis, as far as its configuration tells")
    if not installation.live:
        raise NotApplicableError("the files are a copy: the Redis that they name was not asked")
    if installation.dialect in _CONTAINED:
        raise NotApplicableError("the registry runs in a container: what its addresses lead to from here is not told")
    if any(section.shows_certificate for section in sections):
        raise CouldNotGatherError("the registry shows Redis a certificate (redis.tls), and regdoctor does not use it")
    knocker = _Knocker(product, door)
    with ThreadPoolExecutor(len(sections), thread_name_prefix="redis") as pool:
        return RedisAnswer(tuple(pool.map(knocker.use, sections)))


@dataclass(frozen=True, slots=True)
class _Knocker:
    """Asks the servers of a section, and the one that sentinels among them name."""

    product: Product
    door: Http

    def use(self, section: RedisSection) -> RedisUse:
        """One section."""
        context = verifying_context(self.door.trust) if section.tls else None
        places = [(item.text() or "", item.quote()) for item in section.addresses[:_MOST]]
        master = section.master
        if master is None:
            return RedisUse(section, tuple(_side_by_side(places, self._order(section), context)))
        asked = _sentinels(places, section, master.text() or "", context)
        use = RedisUse(
            section,
            tuple(server for server, _ in asked),
            unknown_to=tuple(server for server, told in asked if told is not None and not told.address),
            known_names=tuple(sorted({name for _, told in asked if told is not None for name in told.names})),
        )
        named = next(((server, told.address) for server, told in asked if told is not None and told.address), None)
        if named is None:
            return use
        said_by = Quote(f"redis {named[0].address}", f"SENTINEL get-master-addr-by-name {master.text()} → {named[1]}")
        return replace(use, main=_side_by_side([(named[1], said_by)], self._order(section), context)[0])

    def _order(self, section: RedisSection) -> Order:
        # go-redis names the user `default` where none is named; redigo, in 2, sends the password alone.
        user = section.text("username")
        if not user and not self.product.may_be(Generation.DISTRIBUTION_2):
            user = "default"
        # Where it is distribution's, the section is used for this cache alone (redis_in_use).
        descriptions = section.path == "redis" and not section.stops_the_start
        return Order(user, section.text("password"), section.text("db"), descriptions)


def _side_by_side(
    places: Sequence[tuple[str, Quote]], order: Order, context: ssl.SSLContext | None
) -> list[RedisServer]:
    def one(place: tuple[str, Quote]) -> RedisServer:
        return knock(place[0], place[1], order, context, _DEADLINE)

    with ThreadPoolExecutor(len(places), thread_name_prefix="redis") as pool:
        return list(pool.map(one, places))


def _sentinels(
    places: Sequence[tuple[str, Quote]], section: RedisSection, master: str, context: ssl.SSLContext | None
) -> list[tuple[RedisServer, MainServer | None]]:
    order = Order(section.text("sentinelusername"), section.text("sentinelpassword"))

    def one(place: tuple[str, Quote]) -> tuple[RedisServer, MainServer | None]:
        return ask_sentinel(place[0], place[1], order, master, context, _DEADLINE)

    with ThreadPoolExecutor(len(places), thread_name_prefix="sentinel") as pool:
        return list(pool.map(one, places))
