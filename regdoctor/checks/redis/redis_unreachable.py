"""RED-05, TLS-14: the registry is told to use a Redis that does not answer it."""

from __future__ import annotations

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Unknown, check
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.redis_answer import RedisAnswer, RedisServer, RedisUse
from regdoctor.formats.s3_hosts import endpoint_address, is_inside_name, is_loopback

_MODES = {FailureKind.TIMEOUT: ("RED-05",), FailureKind.TLS: ("TLS-14",)}
_TURNED_AWAY = ("DENIED", "ERR max number of clients reached", "ERR DB index is out of range", "ERR invalid DB index")
"""Beginnings of the errors with which Redis takes nobody in: protected mode, maxclients, too few databases."""


@check(
    title="The Redis that the registry uses answers",
    severity=Severity.WARNING,
    failure_modes=("RED-05", "TLS-14"),
    symptoms=(
        "error connecting to redis instance",
        "redis: error connecting",
        "failed configuring Redis cache",
        "failed configuring Redis rate-limiter",
        "failed to configure Redis for blob descriptor cache",
    ),
    reference="https://distribution.github.io/distribution/about/configuration/#redis",
)
def redis_unreachable(redis: RedisAnswer) -> Iterator[Outcome]:
    """Redis keeps what the registry knows of blobs, so that it need not ask the storage again for each.

    Distribution goes on without it: pulls and pushes succeed, each more slowly for the attempt to connect, with `error
    connecting to redis instance` in the log, and deleting a blob is answered 500. GitLab's registry does not start when
    the server in redis.addr does not answer; it goes without what it has in redis.cache and redis.ratelimiter.

    Start Redis, or correct the address and port, so that the registry's host reaches it.
    """
    for use in redis.uses:
        silent = [server for server in use.servers + use.data_servers if server.failure or _is_turned_away(server)]
        distinct = list(dict.fromkeys(server.address for server in silent))
        for server in (next(one for one in silent if one.address == address) for address in distinct):
            yield _judged(use, server)
        if not silent:
            yield Pass(f"{', '.join(server.address for server in use.servers)}: answers")


def _judged(use: RedisUse, server: RedisServer) -> Outcome:
    failure = server.failure
    if failure is not None and failure.kind is FailureKind.NAME and _may_be_known_elsewhere(server.address):
        return Unknown(f"{failure.message}: a name of one word may mean something to the registry's process alone")
    insecure = use.section.section.at("tls", "insecure")
    if failure is not None and failure.kind is FailureKind.TLS and insecure is not None and insecure.switch():
        return Unknown(f"{failure.message}; the registry does not look at it, and no password is sent there from here")
    why = failure.message if failure is not None else f"{server.address} turns it away: {server.refused}"
    others = any(other.serves for other in use.servers if other is not server)
    harm = "others of its servers answer" if others else use.harm
    return Fail(
        f"{use.path}: {why}; {harm}",
        remedy=_remedy(server),
        evidence=(server.said_by, server.quote()),
        resource=server.address,
        severity=Severity.ERROR if use.section.stops_the_start and not others else None,
        failure_modes=_MODES.get(failure.kind, ()) if failure is not None else (),
    )


def _is_turned_away(server: RedisServer) -> bool:
    return server.refused.startswith(_TURNED_AWAY)


def _may_be_known_elsewhere(address: str) -> bool:
    parts = endpoint_address(address)
    return parts is not None and is_inside_name(parts.host) and not is_loopback(parts.host)


def _remedy(server: RedisServer) -> Remedies:
    host, _, port = server.address.rpartition(":")
    failure = server.failure
    if failure is None:
        return {Dialect.PLAIN: Remedy(f"Let the server take the registry in; it says: {server.refused}.")}
    if failure.kind is FailureKind.SCHEME:
        return {
            Dialect.PLAIN: Remedy(
                "Write the address as host and port, such as localhost:6379, without a scheme; restart the registry."
            )
        }
    if failure.kind is FailureKind.TLS:
        return {
            Dialect.PLAIN: Remedy("Install the authority of the server's certificate on the registry's host, too."),
            Dialect.OMNIBUS: Remedy(
                "Put the authority of the server's certificate into /etc/gitlab/trusted-certs, then:",
                ("sudo gitlab-ctl reconfigure",),
            ),
        }
    start = "Start the server, or correct the address in the registry's config.yml and restart the registry"
    if not _is_plain(host, port):
        return {Dialect.PLAIN: Remedy(f"{start}.")}
    command = f"redis-cli -h {host.strip('[]')} -p {port} ping"
    return {Dialect.PLAIN: Remedy(f"{start}. Try it from the registry's host:", (command,))}


def _is_plain(host: str, port: str) -> bool:
    """Whether both can stand in a command as they are."""
    return bool(host) and port.isdigit() and all(char.isalnum() or char in ".-:[]" for char in host)
