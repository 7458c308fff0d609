"""Answers of Redis for the tests beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from regdoctor.check import Quote
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.redis_answer import RedisAnswer, RedisServer, RedisUse
from regdoctor.formats.redis_sections import redis_in_use
from regdoctor.formats.registry_config import parse_registry_config

ADDRESS = "r.example.com:6379"
SAID = Quote("/etc/config.yml", f"redis.addr: {ADDRESS}", 2)
GOOD = RedisServer(
    ADDRESS, SAID, connecting=0.002, answering=0.001, info={"role": "master", "maxmemory": "0", "used_memory": "9"}
)


def server(address: str = ADDRESS, fails: FailureKind | None = None, **words: Any) -> RedisServer:
    """A good server but for this; one that fails or refuses measured nothing."""
    if fails is not None:
        words["failure"] = Failure(fails, f"{address}: {fails.value}")
    if fails is not None or "refused" in words:
        words = {"connecting": None, "answering": None, "info": {}, **words}
    return replace(GOOD, address=address, **words)


def answer(
    *servers: RedisServer,
    settings: str = "",
    generation: Generation = Generation.DISTRIBUTION_2,
    **use: Any,
) -> RedisAnswer:
    """One section `redis` with these servers; settings: further ones, as they stand in the section."""
    key = "addrs: ['r.example.com:6379']" if generation is Generation.DISTRIBUTION_3 else f"addr: '{ADDRESS}'"
    text = f"storage: {{inmemory: {{}}, cache: {{blobdescriptor: redis}}}}\nredis: {{{key}{settings}}}\n"
    config = parse_registry_config(text.encode(), "/etc/config.yml")
    (section,) = redis_in_use(config, frozenset((generation,)))
    return RedisAnswer((RedisUse(section, servers or (GOOD,), **use),))
