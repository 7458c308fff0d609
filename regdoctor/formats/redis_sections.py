"""The servers of Redis that a configuration makes the registry use, and how each is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from regdoctor.distribution.generation import Generation
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.redaction import Secret

_GITLABS: Mapping[str, tuple[str, ...]] = {
    "cache": (),
    "ratelimiter": ("rate_limiter", "enabled"),
    "loadbalancing": ("database", "loadbalancing", "enabled"),
}
"""GitLab's further sections, and the setting without which each is not used (registry/handlers/app.go)."""


@dataclass(frozen=True, slots=True)
class RedisSection:
    """One section of `redis` that the registry uses."""

    path: str
    """`redis`, or `redis.cache` and its like in GitLab's registry."""
    section: Located
    addresses: tuple[Located, ...]
    """Where each address is written: several of them in one setting with GitLab's registry, which splits at commas."""
    stops_the_start: bool = False
    """Whether the registry ends at its start where this Redis does not answer: GitLab's, for `redis.addr`."""

    @property
    def master(self) -> Located | None:
        """The setting that names the main server to sentinels; None where the addresses are the servers' own."""
        for name in ("mastername", "mainname"):
            found = self._named(name)
            if found is not None and found.text():
                return found
        return None

    @property
    def tls(self) -> bool:
        """Whether it is asked by TLS (GitLab's tls.enabled; distribution 3 wherever it has a client's certificate)."""
        enabled = self.section.at("tls", "enabled")
        return self.shows_certificate or (enabled is not None and enabled.switch() is True)

    @property
    def shows_certificate(self) -> bool:
        """Whether a client's certificate is shown to it: distribution 3, redis.tls.certificate."""
        certificate = self.section.at("tls", "certificate")
        return certificate is not None and bool(certificate.text())

    def text(self, name: str) -> str:
        """A setting's text; empty where there is none. A secret gives its value: for the server alone."""
        found = self._named(name)
        if found is None:
            return ""
        value = found.decided().value
        return value.reveal() if isinstance(value, Secret) else found.text() or ""

    def setting(self, name: str) -> Located | None:
        """A setting of the section, whatever the case of its key; None where there is none."""
        return self._named(name)

    def _named(self, name: str) -> Located | None:
        return next((value for key, value in self.section.entries().items() if key.lower() == name), None)


def redis_in_use(config: RegistryConfig, candidates: frozenset[Generation]) -> tuple[RedisSection, ...]:
    """The sections that the registry uses, whichever of `candidates` it is: what one alone would use is left out.

    Distribution asks Redis for its cache of blobs' descriptions alone (storage.cache.blobdescriptor: redis), GitLab's
    registry connects to redis.addr at every start, and to its further sections where they are enabled.

    Raises UndecidedError where a value that this rests on is computed at run time.
    """
    redis = config.at("redis")
    if redis is None:
        return ()
    found = []
    is_gitlabs = candidates == {Generation.GITLAB}
    cache = config.at("storage", "cache", "blobdescriptor") or config.at("storage", "cache", "layerinfo")
    if is_gitlabs or (cache is not None and cache.text() == "redis"):
        addresses = tuple(_addresses(redis, candidates))
        found += [RedisSection("redis", redis, addresses, is_gitlabs)] if addresses else []
    for name, needed in _GITLABS.items():
        section, enabled = redis.at(name), redis.at(name, "enabled")
        switch = config.at(*needed) if needed else None
        if not is_gitlabs or section is None or enabled is None or not enabled.switch():
            continue
        if needed and (switch is None or not switch.switch()):
            continue
        addresses = tuple(_addresses(section, candidates))
        found += [RedisSection(f"redis.{name}", section, addresses)] if addresses else []
    return tuple(found)


def _addresses(section: Located, candidates: frozenset[Generation]) -> Iterable[Located]:
    """Each address of a section; none where the products that it may be would read different ones."""
    one, several = section.at("addr"), section.at("addrs")
    reads_several, reads_one = Generation.DISTRIBUTION_3 in candidates, candidates != {Generation.DISTRIBUTION_3}
    if reads_several and reads_one:
        if one is None and several is None:
            return
        reads_several, reads_one = one is None, several is None
    if reads_several and several is not None:
        yield from (item for item in several.items() if item.text())
    if reads_one and one is not None:
        for part in (one.text() or "").split(",") if Generation.GITLAB in candidates else [one.text() or ""]:
            if part.strip():
                yield Located(part.strip(), one.place, one.name)
