"""S3-39: a storage driver that this registry does not have."""

import difflib

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.storage_drivers import (
    DISTRIBUTION_2_DRIVERS,
    DISTRIBUTION_3_DRIVERS,
    GITLAB_DRIVERS,
    LEFT_OUT_BY_DEBIAN,
)
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies.dropped_drivers import DROPPED, move_from

_DRIVERS = {
    Generation.DISTRIBUTION_2: DISTRIBUTION_2_DRIVERS,
    Generation.DISTRIBUTION_3: DISTRIBUTION_3_DRIVERS,
    Generation.GITLAB: GITLAB_DRIVERS,
}
_GONE_SINCE = {
    Generation.DISTRIBUTION_2: "is gone from distribution 3.0: 2.8 is the last that starts with it",
    Generation.DISTRIBUTION_3: "is gone since distribution 3.0",
    Generation.GITLAB: "is gone from GitLab's registry 4.0 (GitLab 17.0)",
}
"""What became of oss and swift, by the product at hand (distribution/distribution#3985, container-registry#1141)."""
_GITLAB_WITHOUT_OSS_AND_SWIFT = 4
"""The major version of GitLab's registry since which they are gone (GitLab 17.0; container-registry#1141)."""


@check(
    title="The registry has the storage driver that is configured",
    severity=Severity.CRITICAL,
    failure_modes=("S3-39",),
    symptoms=("StorageDriver not registered:",),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://github.com/distribution/distribution/issues/3919",
)
def storage_driver_unsupported(config: RegistryConfig, product: Product) -> Outcome:
    """Which storage drivers a registry has is decided when it is built; the name is written in small letters.

    All have filesystem, inmemory, s3 (also called s3aws), azure and gcs, except for some builds: Debian's package
    docker-registry lacks azure, gcs and oss, and the official image of 2.8.2 lacked gcs. The drivers oss and swift are
    gone from distribution 3.0, and from GitLab's registry 4.0, which came with GitLab 17.0; where an older one still
    has them, that is a note for the next update. With a driver that it does not have the registry panics at its start:
    `StorageDriver not registered: gcs`.

    Write the right name; for oss and swift use the s3 driver with the S3-compatible address of that service (of Swift
    its S3 API, with the data copied out of files/; of OSS the same bucket as it is); or run a build that has the
    driver.
    """
    found = config.storage_driver()
    if found is None:
        return Skip("there is not exactly one storage driver")
    name, driver = found
    lacking = frozenset(one for one in product.candidates() if name not in _DRIVERS[one])
    if lacking == product.candidates() and not _kept_by_old_gitlab(name, product):
        known = next(iter(lacking)) if len(lacking) == 1 else None
        gone = f", which {_GONE_SINCE[known]}" if name in DROPPED and known is not None else ""
        return _fail(name, driver, f"{product.words()} has no driver of this name{gone}", product)
    if name in DROPPED and product.must_be(Generation.GITLAB):
        return _of_gitlab(name, driver, product)
    if lacking:
        others = " and ".join(sorted(one.value for one in lacking))
        return Unknown(f"{others} do not have the driver {name}; {product.reason}")
    missing = _left_out(name, product)
    if missing:
        return _fail(name, driver, missing, product)
    return _note(name, driver, Generation.DISTRIBUTION_2, product) if name in DROPPED else Pass(name)


def _kept_by_old_gitlab(name: str, product: Product) -> bool:
    """Whether GitLab's registry had it once, and may still be of that age."""
    is_gitlab = product.must_be(Generation.GITLAB)
    return name in DROPPED and is_gitlab and product.at_least(_GITLAB_WITHOUT_OSS_AND_SWIFT) is not True


def _of_gitlab(name: str, driver: Located, product: Product) -> Outcome:
    if product.at_least(_GITLAB_WITHOUT_OSS_AND_SWIFT) is None:
        return Unknown(
            f"the driver {name} is gone from GitLab's registry since GitLab 17.0, and its version is not known"
        )
    return _note(name, driver, Generation.GITLAB, product)


def _note(name: str, driver: Located, generation: Generation, product: Product) -> Fail:
    """It still works, and will not after the next large update."""
    return Fail(
        f"The driver {name} {_GONE_SINCE[generation]}: after that update the registry does not start",
        evidence=(driver.quote(), *product.evidence),
        resource=driver.name or name,
        severity=Severity.INFO,
        remedy=_remedies(name),
    )


def _left_out(name: str, product: Product) -> str:
    """Why a build of distribution 2 lacks a driver that others have; empty where nothing tells that it does."""
    if not product.must_be(Generation.DISTRIBUTION_2):
        return ""
    if name in LEFT_OUT_BY_DEBIAN and any(quote.source.endswith("dpkg/status") for quote in product.evidence):
        return f"Debian's package docker-registry is built without {name}"
    is_image = any("image" in quote.quote for quote in product.evidence)
    if name == "gcs" and product.version[:3] == (2, 8, 2) and is_image:
        return "the official image of 2.8.2 is built without gcs; 2.8.3 has it"
    return ""


def _fail(name: str, driver: Located, why: str, product: Product) -> Fail:
    return Fail(
        f'The storage driver is "{name}", and {why}: the registry does not start',
        evidence=(driver.quote() if driver.name else Quote(driver.place.source, f"storage.{name}"), *product.evidence),
        resource=driver.name or f"storage.{name}",
        remedy=_remedies(name),
    )


def _remedies(name: str) -> Remedies:
    if name in DROPPED:
        return move_from(name)
    near = difflib.get_close_matches(name.lower().replace("-", ""), sorted(DISTRIBUTION_3_DRIVERS), 1)
    if near and near[0] != name:
        advice = f"Write {near[0]} in place of {name}."
    else:
        advice = f"Run a build of the registry that has the driver {name}, such as the newest official image."
    return {
        Dialect.PLAIN: Remedy(f"{advice} It stands in storage of config.yml. Then restart the registry."),
        Dialect.OMNIBUS: Remedy(
            f"{advice} It stands in registry['storage'] of /etc/gitlab/gitlab.rb. Then reconfigure.",
            ("sudo gitlab-ctl reconfigure",),
        ),
        Dialect.HELM: Remedy(
            f"{advice} It stands in the secret that registry.storage.secret names; then restart the pods."
        ),
        Dialect.COMPOSE: Remedy(
            f"{advice} It is the second part of the variables' names, and the value of REGISTRY_STORAGE.",
            ("docker compose up -d",),
        ),
    }
