"""RED-04: the registry asks sentinels as if they were Redis itself."""

from __future__ import annotations

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import change

_SENTINEL_PORT = ":26379"
"""Redis Sentinel's default port; what listens there answers no commands of a cache."""
_NAMES = {
    Generation.DISTRIBUTION_2: "sentinelmasterset",  # of Harbor's build; the releases know no sentinels
    Generation.DISTRIBUTION_3: "mastername",
}
_GITLABS_SECTIONS = ("cache", "ratelimiter", "loadbalancing")
_GITLABS_NAME = "mainname"


@check(
    title="Redis' sentinels are asked for a main server by its name",
    severity=Severity.WARNING,
    failure_modes=("RED-04",),
    symptoms=("ERR unknown command",),
    reference="https://distribution.github.io/distribution/about/configuration/#redis",
)
def redis_sentinel_unnamed(config: RegistryConfig, product: Product) -> Iterator[Outcome]:
    """Sentinels tell where the main server of Redis is, if they are asked for it by its name.

    Without that name the registry takes them for the servers themselves and sends them its own commands, which they do
    not know: nothing is cached, and each request asks the storage anew. The name is redis.mastername with distribution
    3, and redis.mainname with GitLab's registry (also in redis.cache, redis.ratelimiter and redis.loadbalancing).

    Set it to the name that the sentinels have for the main server (`sentinel monitor NAME` in their configuration).
    """
    redis = config.at("redis")
    if redis is None:
        yield Pass("no server of Redis is configured")
        return
    below = [(f"redis.{name}", found) for name in _GITLABS_SECTIONS if (found := redis.at(name)) is not None]
    sections = [("redis", redis), *below]
    suspects = [(path, section, sentinels) for path, section in sections if (sentinels := _sentinels(section))]
    if not suspects:
        yield Pass("no sentinels of Redis are configured")
        return
    for path, section, sentinels in suspects:
        yield _judge(path, section, sentinels, product)


def _judge(path: str, section: Located, sentinels: Located, product: Product) -> Outcome:
    names = {_name(generation) for generation in product.candidates()}
    # Only the names are read: a password that is in a Kubernetes secret leaves nothing open here.
    keys = {key.lower() for key, value in section.entries().items() if key.lower() in names and value.text()}
    unnamed = {name for name in names if name not in keys}
    if not unnamed:
        return Pass(f"{sentinels.name} are asked by name")
    if unnamed != names:
        return Unknown(f"the setting for the main server's name depends on the product, and {product.reason}")
    if product.must_be(Generation.DISTRIBUTION_2):
        why = "Name the main server itself, and its own port: this registry cannot ask sentinels."
        return Fail(
            f"{sentinels.name} names sentinels of Redis, which {product.words()} takes for Redis itself",
            remedy=change(f"{path}.addr", "localhost:6379", why, now=sentinels),
            evidence=(sentinels.quote(), *product.evidence),
            resource=f"{path}.addr",
        )
    said = " or ".join(sorted(f"{path}.{name}" for name in names - {_NAMES[Generation.DISTRIBUTION_2]}))
    likeliest = f"{path}.{_name(product.generation or Generation.DISTRIBUTION_3)}"
    why = "Name the main server as its sentinels do; mymaster is the name in Redis' own example."
    return Fail(
        f"{sentinels.name} names sentinels of Redis, and {said} is not set: they are taken for Redis itself",
        remedy=change(likeliest, "mymaster", why),
        evidence=(sentinels.quote(), *product.evidence),
        resource=likeliest,
    )


def _name(generation: Generation) -> str:
    return _NAMES.get(generation, _GITLABS_NAME)


def _sentinels(section: Located) -> Located | None:
    """The addresses, where they are surely sentinels'; several addresses alone may be those of a cluster."""
    for key in ("addr", "addrs"):
        found = section.at(key)
        if found is None:
            continue
        addresses = [item.text() or "" for item in found.items()] or (found.text() or "").split(",")
        if all(address.strip().endswith(_SENTINEL_PORT) for address in addresses):
            return found.items()[0] if found.items() else found
        if any(section.at(name) is not None for name in ("sentinelusername", "sentinelpassword")):
            return found
    return None
