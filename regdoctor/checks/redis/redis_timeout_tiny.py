"""RED-05: the registry gives Redis no time to answer."""

from __future__ import annotations

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, check
from regdoctor.formats.durations import seconds
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_hosts import endpoint_address, is_loopback
from regdoctor.remedies import change

_TINY = 0.010
"""Seconds: what the example in the documentation says, for a server on the same machine."""
_NOTHING = 0.001
"""Seconds: too few for any server, wherever it runs."""
_TIMEOUTS = ("dialtimeout", "readtimeout", "writetimeout")


@check(
    title="Redis is given time to answer",
    severity=Severity.WARNING,
    failure_modes=("RED-05",),
    symptoms=("i/o timeout",),
    reference="https://distribution.github.io/distribution/about/configuration/#redis",
)
def redis_timeout_tiny(config: RegistryConfig) -> Iterator[Outcome]:
    """The example in the documentation gives Redis 10 milliseconds, which suits a server on the same machine.

    Over a network a connection takes longer now and then: then the registry logs `i/o timeout`, finds nothing in its
    cache, and asks the storage instead, so that pulls and pushes are slow just when there is much to do. A number
    without a unit counts nanoseconds, which is never enough.

    Give dialtimeout, readtimeout and writetimeout a second each, with the unit.
    """
    tight = [
        (f"{path}.{name}", setting, address)
        for path, section in _in_use(config)
        for name in _TIMEOUTS
        if (setting := section.at(name)) is not None and (address := _too_short(section, setting))
    ]
    if not tight:
        yield Pass("Redis is given time, or is not in use")
    for path, setting, address in tight:
        yield Fail(
            f"{path} is {setting.text()}{_unit(setting)}: too short for {_server(address)}",
            remedy=change(path, "1s", "Give Redis a second.", now=setting),
            evidence=(setting.quote(), address.quote()),
            resource=path,
        )


def _in_use(config: RegistryConfig) -> list[tuple[str, Located]]:
    """The sections with a server that the registry asks, by path: one that nothing uses does no harm."""
    redis = config.at("redis")
    if redis is None:
        return []
    cache = config.at("storage", "cache", "blobdescriptor") or config.at("storage", "cache", "layerinfo")
    found = [("redis", redis)] if cache is not None and cache.text() == "redis" else []
    for name in ("cache", "ratelimiter", "loadbalancing"):  # of GitLab's registry
        enabled = redis.at(name, "enabled")
        section = redis.at(name)
        if section is not None and enabled is not None and enabled.switch():
            found.append((f"redis.{name}", section))
    return found


def _too_short(section: Located, setting: Located) -> Located | None:
    """The address of the server for which a timeout is too short; None where it is long enough, or none is named."""
    address = section.at("addr") or section.at("addrs")
    limit = _seconds(setting)
    if address is None or limit is None or limit <= 0:  # 0 stands for the default
        return None
    hosts = [item.text() or "" for item in address.items()] or (address.text() or "").split(",")
    parts = [endpoint_address(host.strip()) for host in hosts]
    near = all(part is None or is_loopback(part.host) for part in parts)
    return address if limit <= (_NOTHING if near else _TINY) else None


def _seconds(setting: Located) -> float | None:
    """The timeout; a bare number is nanoseconds (time.Duration of Go, read from YAML)."""
    if isinstance(setting.decided().value, int) and not isinstance(setting.value, bool):
        return int(setting.text() or "0") * 1e-9
    return seconds(setting.text() or "")


def _server(address: Located) -> str:
    return address.text() or ", ".join(item.text() or "" for item in address.items())


def _unit(setting: Located) -> str:
    return " nanoseconds" if isinstance(setting.value, int) else ""
