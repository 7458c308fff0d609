"""RED-01: Redis is configured in the words of another version, and so not at all."""

from __future__ import annotations

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.whole_numbers import whole_number
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import change

_SUCCESSORS = {"maxidle": "maxidleconns", "maxactive": "poolsize", "idletimeout": "connmaxidletime"}
"""Names in redis.pool of distribution 2, and what 3 reads instead, in redis itself (configuration/configuration.go)."""


@check(
    title="Redis is configured in the words of this version",
    severity=Severity.WARNING,
    failure_modes=("RED-01",),
    symptoms=("redis configuration required to use for layerinfo cache", "redis not configured"),
    explains=("cache_type_unknown", "registry_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#redis",
)
def redis_settings_of_other_version(config: RegistryConfig, product: Product) -> Outcome:
    """Distribution 3 reads a list of addresses, redis.addrs; distribution 2 and GitLab's registry read one, redis.addr.

    The other one's name means nothing to them: the log says `redis not configured`, and as the cache is to be in Redis
    (storage.cache.blobdescriptor: redis) the registry stops at its start with `redis configuration required to use for
    layerinfo cache`. Of redis.pool distribution 3 reads nothing: maxidle became maxidleconns, maxactive became
    poolsize and idletimeout became connmaxidletime, all in redis itself.

    Write the address under the name that this version reads, and the pool's settings with it.
    """
    cache = config.at("storage", "cache", "blobdescriptor") or config.at("storage", "cache", "layerinfo")
    if cache is None or cache.text() != "redis":
        return Pass("the cache is not kept in Redis")  # nothing else asks it; examples leave a section behind
    one, several = config.at("redis", "addr"), config.at("redis", "addrs")
    pool = config.at("redis", "pool")
    if not (_says(one) or _says(several) or _says(pool)):
        return Pass("no server of Redis is configured")
    if product.must_be(Generation.DISTRIBUTION_3):
        if one is not None and _says(one) and not _says(several):
            return _not_configured(cache, one, product, "redis.addrs")
        old = next((name for name in _SUCCESSORS if pool is not None and pool.at(name)), None)
        return _pool(pool, old, product) if pool is not None and old is not None else _good(product)
    if product.may_be(Generation.DISTRIBUTION_3):
        if _says(one) and _says(several):
            return Pass("the address is there in the words of every version")
        return Unknown(f"distribution 3 reads redis.addrs, others redis.addr, and {product.reason}")
    if several is not None and _says(several) and not _says(one):
        if product.may_be(Generation.GITLAB) and config.at("redis", "cache"):
            return Skip("GitLab's registry has its cache's server in redis.cache")
        return _not_configured(cache, several, product, "redis.addr")
    return _good(product)


def _says(setting: Located | None) -> bool:
    return setting is not None and bool(setting.text() or setting.items() or setting.entries())


def _good(product: Product) -> Pass:
    return Pass(f"the settings are those that {product.words()} reads")


def _not_configured(cache: Located, said: Located, product: Product, wanted: str) -> Fail:
    addresses = [said.text()] if said.text() else [item.text() for item in said.items()]
    address = addresses[0] or "localhost:6379"
    why = f"Write the address as {wanted}, and take {said.name} away."
    return Fail(
        f"{product.words()} reads {wanted}, not {said.name}: it does not start, for its cache is to be there",
        remedy=_as_list(address, why, product) if wanted == "redis.addrs" else change(wanted, address, why),
        evidence=(said.quote(), cache.quote(), *product.evidence),
        resource=said.name,
        severity=Severity.CRITICAL,
    )


def _as_list(address: str, why: str, product: Product) -> Remedies:
    """redis.addrs with one address, for distribution 3; its first version read another variable (its issue 4621)."""
    name = "REGISTRY_REDIS_OPTIONS_ADDRS" if product.at_least(3, 1) is False else "REGISTRY_REDIS_ADDRS"
    return {
        Dialect.PLAIN: Remedy(
            f"{why} In the registry's config.yml, then restart the registry:", (f'redis:\n  addrs: ["{address}"]',)
        ),
        Dialect.COMPOSE: Remedy(
            f"{why} In the environment of the registry's service, then `docker compose up -d`:",
            (f"{name}: '[\"{address}\"]'",),
        ),
    }


def _pool(pool: Located, old: str, product: Product) -> Fail:
    setting = pool.at(old) or pool
    new = f"redis.{_SUCCESSORS[old]}"
    text, why = setting.text() or "", f"Write redis.pool.{old} as {new}, and the others likewise."
    return Fail(
        f"{product.words()} does not read redis.pool: {old} is {new} there, which is at its default",
        remedy=change(new, text if whole_number(text) is None else int(text), why),
        evidence=(setting.quote(), *product.evidence),
        resource="redis.pool",
    )
