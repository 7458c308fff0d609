"""HA-04: each instance of one registry remembers blobs for itself."""

from __future__ import annotations

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.replicas import Replicas
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import remove


@check(
    title="The instances of the registry agree on which blobs there are",
    severity=Severity.INFO,
    failure_modes=("HA-04",),
    symptoms=("blob unknown to registry",),
    reference="https://distribution.github.io/distribution/about/configuration/#cache",
)
def replicas_cache_apart(replicas: Replicas, product: Product) -> Outcome:
    """With storage.cache.blobdescriptor: inmemory each instance remembers in its own memory which blobs there are.

    A blob that is deleted through one instance is then still there by the word of another, until that is restarted: a
    client is told not to upload it, or pulls and gets 404 after a HEAD that said 200. Where nothing is ever deleted
    through the API this does no harm; it is also what GitLab's packages set, and is not told of them.

    Remove the setting, let the instances share a cache in Redis, or restart all of them after blobs were deleted.
    """
    if not (len(replicas.configs) > 1 or replicas.scaled is not None):
        return Skip("one instance is examined; name the others' trees (--root) or files (--config) beside it")
    if product.must_be(Generation.GITLAB):
        return Skip("GitLab's packages set it so")
    remembering = [cache for config in replicas.configs if (cache := _own_cache(config)) is not None]
    if not remembering:
        return Pass("no instance keeps what may be deleted in a memory of its own")
    if product.may_be(Generation.GITLAB):
        return Unknown(f"GitLab's packages set inmemory everywhere, and {product.reason}")
    cache = remembering[0]
    scaled = () if replicas.scaled is None else (replicas.scaled.quote(),)
    return Fail(
        "Several instances each remember blobs in their own memory, and blobs may be deleted: they will disagree",
        remedy=remove(
            f"storage.cache.{_last(cache)}", "Do without the cache, on every instance, or share one in Redis."
        ),
        evidence=(*(one.quote() for one in remembering), *scaled),
        resource=cache.place.source,
    )


def _own_cache(config: RegistryConfig) -> Located | None:
    """The setting that keeps the cache in memory, where blobs may be deleted."""
    enabled = config.at("storage", "delete", "enabled")
    cache = config.at("storage", "cache", "blobdescriptor") or config.at("storage", "cache", "layerinfo")
    if enabled is None or enabled.text() != "true" or cache is None or cache.text() != "inmemory":
        return None
    return cache


def _last(cache: Located) -> str:
    return "layerinfo" if cache.name.endswith("layerinfo") else "blobdescriptor"
