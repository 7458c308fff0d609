"""RED-06: Redis answers the registry and stores nothing: it is a replica, or full."""

from __future__ import annotations

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Skip, check
from regdoctor.evidence.redis_answer import RedisAnswer, RedisServer, RedisUse


@check(
    title="Redis stores what the registry gives it",
    severity=Severity.WARNING,
    failure_modes=("RED-06",),
    symptoms=(
        "READONLY You can't write against a read only replica.",
        "OOM command not allowed when used memory > 'maxmemory'.",
    ),
    reference="https://redis.io/docs/latest/operate/oss_and_stack/management/replication/",
)
def redis_takes_no_writes(redis: RedisAnswer) -> Iterator[Outcome]:
    """A read-only replica of Redis answers READONLY to whatever writes; a full one that may evict nothing answers OOM.

    The registry finds nothing new in its cache then, and asks the storage for each blob. A replica does not forget
    either: deleting a blob is answered 500, and what another instance deletes may still be told to exist.

    Give the registry the address of the main server, or of sentinels. Of a full server set maxmemory-policy to
    allkeys-lru where it serves caches alone; where other programs keep data there too, give the registry one of its
    own.
    """
    for use in redis.uses:
        yield _judged(use)


def _judged(use: RedisUse) -> Outcome:
    server = use.lone
    if server is None:
        return Skip(f"{use.path} does not name the one server that is written to")
    if not server.info:
        return Skip(f"{server.address} does not tell what it is")
    if server.info.get("role") == "slave" and server.info.get("slave_read_only") == "1":
        return _replica(use, server)
    used, most = server.number("used_memory"), server.number("maxmemory")
    spared = server.number("mem_not_counted_for_evict") or 0
    is_full = most and used is not None and used - spared > most
    if is_full and server.info.get("maxmemory_policy") == "noeviction":
        return _full(use, server)
    return Pass(f"{server.address} takes writes")


def _replica(use: RedisUse, server: RedisServer) -> Fail:
    host, port = server.info.get("master_host", ""), server.info.get("master_port", "")
    main = f"{host}:{port}" if host and port.isdigit() else ""
    of = f" of {main}" if main else ""
    name = use.section.addresses[0].name
    return Fail(
        f"{server.address} is a read-only replica{of}: what the registry writes to {use.path} is refused",
        remedy={
            Dialect.PLAIN: Remedy(
                f"Give the registry the main server's address{f' ({main})' if main else ''} in {name}, then restart "
                "the registry."
            )
        },
        evidence=(server.said_by, server.quote_info("role", "slave_read_only", "master_host", "master_port")),
        resource=server.address,
    )


def _full(use: RedisUse, server: RedisServer) -> Fail:
    host, _, port = server.address.rpartition(":")
    at = f"redis-cli -h {host.strip('[]')} -p {port}"
    return Fail(
        f"{server.address} is full and may evict nothing: what the registry writes to {use.path} is refused",
        remedy={
            Dialect.PLAIN: Remedy(
                "Let the server evict what was not used for long, if it serves caches alone (and write the same into "
                "redis.conf); otherwise give it more memory:",
                (f"{at} config set maxmemory-policy allkeys-lru",),
            )
        },
        evidence=(_quote_memory(server), server.said_by),
        resource=server.address,
        failure_modes=(),
    )


def _quote_memory(server: RedisServer) -> Quote:
    return server.quote_info("used_memory", "maxmemory", "maxmemory_policy")
