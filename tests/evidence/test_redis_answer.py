"""What the answers of Redis tell."""

from __future__ import annotations

import pytest

from regdoctor.check import Quote
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.redis_answer import RedisServer, RedisUse
from regdoctor.formats.redis_sections import redis_in_use
from regdoctor.formats.registry_config import parse_registry_config

SAID = Quote("/etc/config.yml", "redis.addr: a:1", 2)


def uses(redis: str) -> tuple[RedisUse, ...]:
    """The sections of GitLab's registry, each with one server that serves."""
    text = f"rate_limiter: {{enabled: true}}\nredis: {redis}\n"
    config = parse_registry_config(text.encode(), "/etc/config.yml")
    return tuple(
        RedisUse(one, (RedisServer("a:1", SAID),)) for one in redis_in_use(config, frozenset((Generation.GITLAB,)))
    )


def test_a_server_is_quoted_with_what_it_said() -> None:
    gone = RedisServer("a:1", SAID, failure=Failure(FailureKind.REFUSED, "a:1: connection refused"))
    refusing = RedisServer("a:1", SAID, refused="NOAUTH Authentication required.", refused_to="PING")

    assert gone.quote().quote == "a:1: connection refused"
    assert refusing.quote().quote == "PING → NOAUTH Authentication required."
    assert [server.serves for server in (gone, refusing, RedisServer("a:1", SAID))] == [False, False, True]


@pytest.mark.parametrize(("text", "expected"), [("12", 12), ("", None), ("-1", None), ("1e9", None), ("9" * 21, None)])
def test_numbers_of_info_are_whole_and_bounded(text: str, expected: int | None) -> None:
    assert RedisServer("a:1", SAID, info={"maxmemory": text}).number("maxmemory") == expected


def test_what_is_lost_without_it_depends_on_the_section() -> None:
    (own, cache, limiter) = uses(
        "{addr: 'a:1', cache: {enabled: true, addr: 'a:1'}, ratelimiter: {enabled: true, addr: 'a:1'}}"
    )

    assert "does not start" in own.harm
    assert "database anew" in cache.harm
    assert "not limited" in limiter.harm


def test_sentinels_keep_no_data() -> None:
    (direct,), (through,) = uses("{addr: 'a:1'}"), uses("{addr: 'a:1', mainname: m}")

    assert direct.lone is direct.servers[0]
    assert through.lone is None
