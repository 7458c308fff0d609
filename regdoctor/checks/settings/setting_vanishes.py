"""NOT-03, RED-01, S3-39, CFG-11: settings that are valid today and are gone, or renamed, in the next version."""

from collections.abc import Iterator
from dataclasses import dataclass

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.distribution.settings_schema import Path
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.located import Computed, Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.redaction import Secret
from regdoctor.remedies import change

_EVERY = tuple(Generation)
_V2 = (Generation.DISTRIBUTION_2,)
_V3 = "distribution 3.0"


@dataclass(frozen=True, slots=True)
class _Change:
    """What becomes of a setting."""

    path: Path
    """`*` stands for every item of a list."""
    of: tuple[Generation, ...]
    what: str
    mode: str
    instead: str = ""
    """The setting that takes its place today already, on the product that is installed; empty for none."""


_CHANGES = (
    _Change(("loglevel",), _EVERY, "is deprecated in favour of log.level", "CFG-07", "log.level"),
    _Change(
        ("storage", "cache", "layerinfo"),
        _EVERY,
        "is the old name of storage.cache.blobdescriptor",
        "CFG-11",
        "storage.cache.blobdescriptor",
    ),
    _Change(("storage", "oss"), _V2, f"is a driver that {_V3} no longer has", "S3-39"),
    _Change(("storage", "swift"), _V2, f"is a driver that {_V3} no longer has", "S3-39"),
    _Change(("redis", "addr"), _V2, f"is called redis.addrs, a list, in {_V3}, which does not read it", "RED-01"),
    _Change(("redis", "pool"), _V2, f"is not read by {_V3}, where its settings stand in redis itself", "RED-01"),
    _Change(("reporting", "bugsnag"), _V2, f"is gone in {_V3}, with all of `reporting`", "CFG-04"),
    _Change(("reporting", "newrelic"), _V2, f"is gone in {_V3}, with all of `reporting`", "CFG-04"),
    _Change(("compatibility", "schema1", "signingkeyfile"), _V2, f"is gone in {_V3}", "MAN-02"),
    _Change(
        ("notifications", "endpoints", "*", "threshold"),
        (Generation.GITLAB,),
        "gives way to maxretries, which GitLab 23.0 wants in its place",
        "NOT-03",
        "notifications.endpoints.*.maxretries",
    ),
)
"""Sources: release notes of distribution 3.0; configuration.go of GitLab's registry (`Deprecated:`); Omnibus GitLab's
deprecation of registry['default_notifications_threshold']. compatibility.schema1.enabled is told of by
schema1_manifests, an endpoint without a scheme by s3_endpoint_malformed."""


@check(
    title="No setting of the registry vanishes with the next version",
    severity=Severity.INFO,
    failure_modes=("NOT-03", "RED-01", "S3-39", "CFG-11", "CFG-07", "CFG-04", "MAN-02"),
    reference="https://github.com/distribution/distribution/releases/tag/v3.0.0",
)
def setting_vanishes(config: RegistryConfig, product: Product) -> Iterator[Outcome]:
    """These settings do what they should today, and will not after an update.

    The registry passes over keys that it does not know, so that a setting that is gone is missed by nobody until its
    effect is: a cache that is no longer in Redis, reports that no longer come, a driver without which the registry does
    not start. Settings that are deprecated have a name already that lasts.

    Change to the name that lasts where there is one. Where there is none yet, write it on the list for the update.
    """
    if product.generation is None:
        yield Skip(f"what vanishes depends on the product, and {product.reason}")
        return
    found = [
        _finding(item, value, product)
        for item in _CHANGES
        if product.generation in item.of
        for value in _values(config, item.path)
    ]
    yield from found
    if not found:
        yield Pass("every setting lasts, as far as is known")


def _values(config: RegistryConfig, path: Path) -> Iterator[Located]:
    """What the file or a variable sets at a path."""
    here: list[Located] = [config.tree]
    for part in path:
        if part == "*":
            here = [item for value in here for item in value.items()]
        else:
            here = [found for value in here if (found := value.at(part)) is not None]
    yield from (value for value in here if value.value is not None)


def _finding(item: _Change, value: Located, product: Product) -> Fail:
    name = ".".join(item.path).replace(".*", "")
    return Fail(
        f"{name} {item.what}",
        remedy=_remedy(item, value, name),
        evidence=(value.quote(), *product.evidence),
        resource=value.name if value.place.layer == "file" else name,
        failure_modes=(item.mode,),
    )


def _remedy(item: _Change, value: Located, name: str) -> Remedies:
    if not item.instead or isinstance(value.value, Secret):
        return {
            Dialect.PLAIN: Remedy(f"Nothing is to be done today. Before the update, find what takes {name}'s place.")
        }
    index = next((part for part in value.name.split(".") if part.isdigit()), "0")
    setting = item.instead.replace("*", index)
    why = f"Write {setting} in the place of {name}, with the same value."
    if isinstance(value.value, Computed):
        return {Dialect.PLAIN: Remedy(why)}
    written = value.value if isinstance(value.value, bool | int) else value.text() or ""
    return change(setting, written, why)
