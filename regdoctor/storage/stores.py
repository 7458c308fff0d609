"""The kinds of storage whose permissions can be tried: what each needs to know, and how its table is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from regdoctor.distribution import azure_trials, gcs_trials, s3_trials
from regdoctor.distribution.storage_drivers import DISTRIBUTION_2_DRIVERS, DISTRIBUTION_3_DRIVERS, GITLAB_DRIVERS
from regdoctor.evidence.azure_access import AzureAccess, AzureWrites
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.s3_access import S3Access
from regdoctor.evidence.s3_writes import S3Writes
from regdoctor.formats.azure_parameters import AZURE_DRIVERS
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3_DRIVERS, s3_parameters
from regdoctor.injection import Absent
from regdoctor.storage.azure_table import table_of
from regdoctor.storage.gcs_table import gcs_table
from regdoctor.storage.matrix import matrix_of
from regdoctor.storage.permission_table import PermissionTable

Evidence = Mapping[type, Any]
"""What the probes gave, by its type; `Absent` where they gave nothing."""


@dataclass(frozen=True, slots=True)
class Store:
    """One kind of storage."""

    drivers: tuple[str, ...]
    """The names of its driver in the configuration."""
    asks: str
    """What is asked with whose credentials, in words that follow "regdoctor would ask"."""
    reads: tuple[str, ...]
    """Each call that reads, for people to know beforehand."""
    access: type
    """The evidence of what may be read; Absent and not applicable where the registry stores elsewhere."""
    writes: type | None
    """The evidence of what may be written; None where nothing needs to be written to tell."""
    table: Callable[[Evidence], PermissionTable]
    """Makes the table; `access` is there, `writes` may be Absent, or missing without --allow-writes."""


_ASSUMED = "distribution 2.8 (assumed: nothing tells which registry it is)"
_GITLABS_ALONE = GITLAB_DRIVERS - DISTRIBUTION_2_DRIVERS - DISTRIBUTION_3_DRIVERS


def s3_table(evidence: Evidence) -> PermissionTable:
    """The table of an S3 bucket."""
    writes, product = evidence.get(S3Writes), product_of(evidence)
    trial = writes if isinstance(writes, S3Writes) else None
    key = _key(evidence[RegistryConfig])
    words = product.words() if product.generation is not None else _ASSUMED
    return matrix_of(evidence[S3Access], trial, product.generation, words, key).table


def azure_table(evidence: Evidence) -> PermissionTable:
    """The table of an Azure container."""
    writes = evidence.get(AzureWrites)
    trial = writes if isinstance(writes, AzureWrites) else None
    return table_of(evidence[AzureAccess], trial, product_of(evidence).words())


def product_of(evidence: Evidence) -> Product:
    """Which registry it is; the unknown one where that could not be told.

    Where nothing else tells, the name of a driver may that GitLab's registry alone has: s3_v2, azure_v2.
    """
    product = evidence.get(Product)
    if isinstance(product, Product) and product.generation is not None:
        return product
    driver = driver_of(evidence.get(RegistryConfig))
    return Product(Generation.GITLAB if driver in _GITLABS_ALONE else None)


def driver_of(config: RegistryConfig | Absent | None) -> str:
    """The name of the storage driver; empty where it is not one, or not known."""
    driver = config.storage_driver() if isinstance(config, RegistryConfig) else None
    return driver[0] if driver else ""


def store_of(driver: str) -> Store | None:
    """The kind of storage that a driver is for; None for one that cannot be asked."""
    return next((store for store in STORES if driver in store.drivers), None)


def _key(config: RegistryConfig | Absent) -> str:
    """The KMS key, where the driver uses it: keyid is of no effect without encrypt."""
    s3 = s3_parameters(config) if isinstance(config, RegistryConfig) else None
    return (s3.text("keyid") or "") if s3 is not None and s3.flag("encrypt", default=False) else ""


STORES = (
    Store(
        S3_DRIVERS,
        "the registry's bucket, with the registry's S3 credentials",
        tuple(f"{operation.api_name} of {area.value or 'the bucket'}" for operation, area in s3_trials.TRIED),
        S3Access,
        S3Writes,
        s3_table,
    ),
    Store(
        AZURE_DRIVERS,
        "the registry's Azure container, with the registry's account key or its identity of Entra ID",
        tuple(f"{operation.value} of {area.value or 'the container'}" for operation, area in azure_trials.TRIED),
        AzureAccess,
        AzureWrites,
        azure_table,
    ),
    Store(
        ("gcs",),
        "the registry's bucket at Google, with the registry's service account",
        gcs_trials.TRIED,
        GcsAccess,
        None,
        gcs_table,
    ),
)
