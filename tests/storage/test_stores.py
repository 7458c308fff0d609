"""The table of each kind of storage comes from its own evidence."""

from __future__ import annotations

from typing import Any

from regdoctor.distribution.azure_operations import READ, AzureOperation
from regdoctor.distribution.s3_operations import Area
from regdoctor.evidence.azure_access import AzureAccess, AzureWrites
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.product import Product
from regdoctor.evidence.s3_access import S3Access
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.injection import Absent
from regdoctor.storage.permission_table import Allowed, Result
from regdoctor.storage.stores import STORES, product_of, store_of
from tests.checks.storage.azure_answers import access, answer
from tests.storage.conftest import Refuse

TABLES = {store.access: store.table for store in STORES}


def config(text: str) -> RegistryConfig:
    return parse_registry_config(f"version: 0.1\nstorage: {text}\n".encode(), "config.yml")


def test_every_kind_says_what_it_would_ask() -> None:
    assert len(TABLES) == len(STORES)
    assert all(store.asks and store.reads for store in STORES)


def test_a_bucket(refusing: Refuse) -> None:
    evidence: dict[type, Any] = {S3Access: refusing(), RegistryConfig: config("{s3: {bucket: b}}")}
    found = TABLES[S3Access](evidence)
    assert (found.driver, found.writes_tried, found.product) == (
        "s3",
        False,
        "distribution 2.8 (assumed: nothing tells which registry it is)",
    )


def test_a_driver_of_one_product_alone_tells_it(refusing: Refuse) -> None:
    evidence: dict[type, Any] = {S3Access: refusing(), RegistryConfig: config("{s3_v2: {bucket: b}}")}
    assert TABLES[S3Access](evidence).product == "GitLab's registry"
    assert product_of({RegistryConfig: config("{azure_v2: {container: c}}")}).words() == "GitLab's registry"
    assert product_of({RegistryConfig: config("{azure: {container: c}}")}).generation is None


def test_each_driver_that_can_be_asked_has_its_store() -> None:
    told = {driver: store.access for driver in ("s3", "s3aws", "s3_v2", "azure", "gcs") if (store := store_of(driver))}
    assert told == {"s3": S3Access, "s3aws": S3Access, "s3_v2": S3Access, "azure": AzureAccess, "gcs": GcsAccess}
    assert store_of("swift") is None


def test_a_container() -> None:

    refused = access(answer(AzureOperation.GET, Area.BLOBS, "AuthorizationPermissionMismatch"))
    evidence: dict[type, Any] = {AzureAccess: refused, AzureWrites: Absent("no"), Product: Absent("not known")}
    found = TABLES[AzureAccess](evidence)
    assert (found.driver, found.result, found.breaks) == ("azure", Result.REFUSED, ("pull", "garbage collection"))
    assert found.missing == [{"DataActions": [READ]}]
    assert {row.allowed for row in found.rows if AzureOperation(row.call).writes} == {Allowed.NOT_TRIED}
