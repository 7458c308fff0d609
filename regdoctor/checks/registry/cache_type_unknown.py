"""CFG-11: a cache of a type that the registry does not have, or of one that is not set up."""

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Unknown, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.config_layers import is_mapping
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import shown
from regdoctor.remedies import change


@check(
    title="The cache of blob descriptors is of a type that is there",
    severity=Severity.WARNING,
    failure_modes=("CFG-11",),
    symptoms=(
        "caching disabled",
        "redis configuration required to use for layerinfo cache",
        "cannot unmarshal !!map into string",
    ),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#cache",
)
def cache_type_unknown(config: RegistryConfig, product: Product) -> Outcome:
    """storage.cache.blobdescriptor is `inmemory` or `redis`, in small letters; `layerinfo` is its older name.

    With any other word the registry logs `unknown cache type` and `caching disabled`, and goes on without a cache:
    every pull asks the storage again, which is slow and costs money with a bucket. With `redis` and no address of
    Redis it does not start: `redis configuration required to use for layerinfo cache`. The address is redis.addr in
    distribution 2 and GitLab's registry, and the list redis.addrs in distribution 3.

    Write inmemory, or redis with the address of a Redis, and restart the registry.
    """
    cache = config.at("storage", "cache")
    if cache is None or cache.decided().value is None:
        return Pass("no cache is configured")
    if not is_mapping(cache):
        return Fail(
            f"{cache.name} is a single value, where the registry wants a mapping: it does not start",
            evidence=(cache.quote(),),
            resource=cache.name,
            severity=Severity.CRITICAL,
            remedy=change(
                "storage.cache.blobdescriptor", cache.text() or "inmemory", "Name the type one level deeper."
            ),
        )
    kind = cache.at("blobdescriptor") or cache.at("layerinfo")
    text = kind.text() if kind is not None else None
    if kind is None or not text:
        return Pass("no type of cache is set")
    if text == "inmemory":
        return Pass(f"{kind.name}: {text}")
    if text == "redis":
        return _redis(config, product, kind)
    meant = "redis" if text.lower().startswith("redi") else "inmemory"
    return Fail(
        f'{kind.name} is "{shown(kind)}", which the registry does not know: it runs without a cache',
        evidence=(kind.quote(),),
        resource=kind.name,
        remedy=change("storage.cache.blobdescriptor", meant, "Name a type that is there: inmemory or redis.", now=kind),
    )


def _redis(config: RegistryConfig, product: Product, kind: Located) -> Outcome:
    database = config.at("database", "enabled")
    if product.may_be(Generation.GITLAB) and database is not None and database.text() in ("true", "prefer"):
        return Pass("with the metadata database GitLab's registry does not use this cache")
    addr, addrs = config.at("redis", "addr"), config.at("redis", "addrs")
    has_list = addrs is not None and (addrs.items() or addrs.text())
    if addr is not None and addr.text():
        return Pass(f"{kind.name}: redis, at {shown(addr)}")
    if has_list and product.must_be(Generation.DISTRIBUTION_3):
        return Pass(f"{kind.name}: redis")
    if has_list and product.may_be(Generation.DISTRIBUTION_3):
        return Unknown(f"redis.addrs is read by distribution 3 alone, the others want redis.addr; {product.reason}")
    redis = config.at("redis")
    said = addrs.quote() if addrs is not None else redis.quote() if redis is not None else None
    return Fail(
        "The cache is kept in Redis, and no address of a Redis is set: the registry does not start",
        evidence=(kind.quote(), said or Quote(config.source, "no redis.addr")),
        resource=kind.name,
        severity=Severity.CRITICAL,
        remedy=change(
            "storage.cache.blobdescriptor",
            "inmemory",
            "Keep the cache in memory, or set the address of a Redis (redis.addr; distribution 3: redis.addrs).",
            now=kind,
        ),
    )
