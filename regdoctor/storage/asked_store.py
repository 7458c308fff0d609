"""Which store is asked with whose keys, or why none is, in words for people."""

from __future__ import annotations

from regdoctor.foreign_text import clean, short
from regdoctor.formats.azure_parameters import azure_parameters
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_endpoint
from regdoctor.injection import Absent
from regdoctor.not_tried import STORE_NOT_ASKED
from regdoctor.storage.stores import driver_of, store_of


def address(config: RegistryConfig) -> str:
    """Where the registry's objects are, for people; its driver in words where that is not to be told."""
    endpoint, azure = s3_endpoint(config), azure_parameters(config)
    if endpoint is not None:
        return short(endpoint.bucket_url)
    container = azure.container(None) if azure is not None else None
    if container is not None:
        return short(container.url)
    return "https://storage.googleapis.com" if driver_of(config) == "gcs" else "the registry's storage"


_KEYS = ("accesskey", "accountkey", "keyfile", "credentials")
"""The parameters of the S3, Azure and GCS drivers that hold or name keys."""


def whose_keys(config: RegistryConfig) -> str:
    """Whose keys a store is asked with, for people."""
    driver, source = config.storage_driver(), clean(config.source)
    if driver is not None and any(driver[1].at(name) is not None for name in _KEYS):
        return f"the keys of {source}"
    return f"what credentials this host has for the registry, for {source} names none"


def why_not_asked(config: RegistryConfig | Absent, access: Absent) -> str:
    """Why the store was not asked, and what would let it be."""
    driver = driver_of(config)
    if driver and store_of(driver) is None:
        return cannot_be_asked(driver)
    if STORE_NOT_ASKED in access.reason:
        return "the files are a copy. On the registry's own host use --root /; --config FILE asks from here"
    return plainly(access.reason)


def cannot_be_asked(driver: str) -> str:
    """What to say of a storage that cannot be asked."""
    return f"the registry stores in {short(driver)}; S3, Azure and Google Cloud Storage can be asked"


def plainly(reason: str) -> str:
    """The reason without what its sentence says already."""
    return reason.removeprefix("the bucket was not asked: ").removeprefix("the container was not asked: ")
