"""The kinds of storage whose permissions can be tried: what each needs to know, and how its table is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from regdoctor.evidence.azure_access import AzureAccess, AzureWrites
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.product import Product
from regdoctor.evidence.s3_access import S3Access
from regdoctor.evidence.s3_writes import S3Writes
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.injection import Absent
from regdoctor.probes import azure_access, gcs_access
from regdoctor.probes.s3_access import TRIED
from regdoctor.storage.azure_table import table_of
from regdoctor.storage.gcs_table import gcs_table
from regdoctor.storage.matrix import matrix_of
from regdoctor.storage.permission_table import PermissionTable

Evidence = Mapping[type, Any]
"""What the probes gave, by its type; `Absent` where they gave nothing."""


@dataclass(frozen=True, slots=True)
class Store:
    """One kind of storage."""

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


def s3_table(evidence: Evidence) -> PermissionTable:
    """The table of an S3 bucket."""
    writes, product = evidence.get(S3Writes), product_of(evidence)
    trial = writes if isinstance(writes, S3Writes) else None
    key = _key(evidence[RegistryConfig])
    return matrix_of(evidence[S3Access], trial, product.generation, product.words(), key).table


def azure_table(evidence: Evidence) -> PermissionTable:
    """The table of an Azure container."""
    writes = evidence.get(AzureWrites)
    trial = writes if isinstance(writes, AzureWrites) else None
    return table_of(evidence[AzureAccess], trial, product_of(evidence).words())


def product_of(evidence: Evidence) -> Product:
    """Which registry it is; the unknown one where that could not be told."""
    product = evidence.get(Product)
    return product if isinstance(product, Product) else Product(None)


def _key(config: RegistryConfig | Absent) -> str:
    """The KMS key, where the driver uses it: keyid is of no effect without encrypt."""
    s3 = s3_parameters(config) if isinstance(config, RegistryConfig) else None
    return (s3.text("keyid") or "") if s3 is not None and s3.flag("encrypt", default=False) else ""


STORES = (
    Store(
        "the registry's bucket, with the registry's S3 credentials",
        tuple(f"{operation.api_name} of {area.value or 'the bucket'}" for operation, area in TRIED),
        S3Access,
        S3Writes,
        s3_table,
    ),
    Store(
        "the registry's Azure container, with the registry's account key",
        tuple(f"{operation.value} of {area.value or 'the container'}" for operation, area in azure_access.TRIED),
        AzureAccess,
        AzureWrites,
        azure_table,
    ),
    Store(
        "the registry's bucket at Google, with the registry's service account",
        gcs_access.TRIED,
        GcsAccess,
        None,
        gcs_table,
    ),
)
