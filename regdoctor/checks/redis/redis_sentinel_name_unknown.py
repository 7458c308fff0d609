"""RED-04: the sentinels of Redis know no main server of the name that the registry asks for."""

from __future__ import annotations

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.redis_answer import RedisAnswer, RedisUse
from regdoctor.formats.located import Located
from regdoctor.remedies import change


@check(
    title="Redis' sentinels know the main server's name",
    severity=Severity.WARNING,
    failure_modes=("RED-04",),
    symptoms=("redis: all sentinels specified in configuration are unreachable",),
    reference="https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/",
)
def redis_sentinel_name_unknown(redis: RedisAnswer) -> Iterator[Outcome]:
    """Sentinels tell where the main server of Redis is, to one who asks by the name that they have for it.

    A name that they do not know gets no address, and the registry says that all sentinels are unreachable: nothing is
    cached, and GitLab's registry does not start where it is redis.addr that names them.

    Set the name that the sentinels have (`sentinel monitor` in their configuration).
    """
    for use in redis.uses:
        yield _judged(use)


def _judged(use: RedisUse) -> Outcome:
    master = use.section.master
    if master is None:
        return Skip(f"{use.path} names no sentinels")
    if use.main is not None:
        return Pass(f"{use.path}: the sentinels give {use.main.address}")
    if not use.unknown_to:
        return Unknown(f"{use.path}: no sentinel answered the question for the main server")
    known = ", ".join(use.known_names) or "none"
    sentinels = ", ".join(server.address for server in use.unknown_to)
    path = f"{use.path}.{_key(use, master)}"
    return Fail(
        f"{sentinels} knows no main server called {master.text()}, but {known}: {use.harm}",
        remedy=_remedy(use, path, master),
        evidence=(master.quote(), *(server.said_by for server in use.unknown_to)),
        resource=path,
        severity=Severity.ERROR if use.section.stops_the_start else None,
    )


def _key(use: RedisUse, master: Located) -> str:
    return next(key for key, value in use.section.section.entries().items() if value is master)


def _remedy(use: RedisUse, path: str, master: Located) -> Remedies:
    if len(use.known_names) == 1:
        return change(path, use.known_names[0], "Ask for the name that the sentinels have.", now=master)
    return {
        Dialect.PLAIN: Remedy(
            f"Set {path} to the name in `sentinel monitor` of the sentinels' configuration, then restart the registry. "
            "On a sentinel's host:",
            ("redis-cli -p 26379 sentinel masters",),
        )
    }
