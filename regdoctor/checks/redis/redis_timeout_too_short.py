"""RED-05: Redis is farther away than the registry waits."""

from __future__ import annotations

import math
from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.evidence.redis_answer import RedisAnswer, RedisServer, RedisUse
from regdoctor.formats.durations import seconds
from regdoctor.formats.located import Located
from regdoctor.remedies import change


@check(
    title="The registry waits longer for Redis than the way there takes",
    severity=Severity.WARNING,
    failure_modes=("RED-05",),
    symptoms=("i/o timeout",),
    explains=("redis_timeout_tiny",),
    reference="https://distribution.github.io/distribution/about/configuration/#redis",
)
def redis_timeout_too_short(redis: RedisAnswer) -> Iterator[Outcome]:
    """A connection to Redis, and each answer, is waited for as long as dialtimeout and readtimeout say.

    Where the fastest of several round trips took longer than that, none of the registry's succeeds: it logs `i/o
    timeout`, caches nothing, and asks the storage for what it should find in its cache.

    Give dialtimeout and readtimeout a second each, or let Redis run nearer to the registry.
    """
    for use in redis.uses:
        yield from _of_use(use)


def _of_use(use: RedisUse) -> Iterator[Outcome]:
    measured = [server for server in use.data_servers if server.answering is not None]
    if not measured:
        yield Skip(f"{use.path}: no server answered, so that there is nothing to measure")
        return
    late = [found for server in measured for found in _late(use, server)]
    if not late:
        slowest = max(server.answering or 0.0 for server in measured)
        yield Pass(f"{use.path}: there and back in {_milliseconds(slowest)}")
    yield from {fail.resource: fail for fail in reversed(late)}.values()


def _late(use: RedisUse, server: RedisServer) -> Iterator[Fail]:
    ways = (
        ("dialtimeout", server.connecting, "connecting took"),
        ("readtimeout", server.answering, "the fastest answer took"),
    )
    for name, took, words in ways:
        setting = use.setting(name)
        limit = _limit(setting)
        if setting is None or took is None or took <= limit:
            continue
        path = f"{use.path}.{name}"
        yield Fail(
            f"{path} is {setting.text()}, and {words} {_milliseconds(took)} from {server.address}",
            remedy=change(path, f"{max(1, math.ceil(took * 10))}s", "Give Redis time to answer.", now=setting),
            evidence=(setting.quote(), server.said_by, server.quote()),
            resource=path,
        )


def _limit(setting: Located | None) -> float:
    """Seconds; endless where nothing is set, where 0 stands for a default, and for what is no duration."""
    if setting is None:
        return math.inf
    text = setting.text() or ""
    # A bare number counts nanoseconds (time.Duration of Go, read from YAML).
    limit = int(text) * 1e-9 if text.isascii() and text.isdigit() and len(text) < 20 else seconds(text)
    return limit if limit else math.inf


def _milliseconds(took: float) -> str:
    return f"{took * 1000:.3g} ms"
