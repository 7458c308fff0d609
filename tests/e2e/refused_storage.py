"""What docker-registry 2.8.2 does not start with, of the section storage."""

from __future__ import annotations

from tests.e2e.configuration_case import PURGING, Case, s3, storage

REFUSED_STORAGE = {
    "misspelt switch of S3": Case("switch_malformed", s3(secure="yess"), "the secure parameter should be a boolean"),
    "parameter beside its driver": Case(
        "storage_driver_not_one",
        storage(rootdirectory="/x"),
        "cannot unmarshal !!map into string",
        storage(rootdirectory=None),
    ),
    "cache in no redis": Case(
        "cache_type_unknown",
        storage(cache={"blobdescriptor": "redis"}),
        "panic: redis configuration required to use for layerinfo cache",
    ),
    "cache text": Case("cache_type_unknown", storage(cache="inmemory"), "cannot unmarshal !!map into string"),
    "no driver": Case("storage_driver_not_one", storage(filesystem=None), "no storage configuration provided"),
    "two drivers": Case(
        "storage_driver_not_one",
        storage(inmemory={}),
        "must provide exactly one storage type. Provided: [",
        storage(inmemory=None),
    ),
    "tag on 2.8": Case(
        "storage_driver_not_one",
        storage(tag={"concurrencylimit": 8}),
        "must provide exactly one storage type. Provided: [",
        storage(tag=None),
    ),
    "a driver by variables": Case(
        "storage_driver_not_one",
        {},
        "panic: multiple storage drivers specified in configuration or environment:",
        {},
        {"REGISTRY_STORAGE_INMEMORY_X": "y"},
    ),
    **{
        f"driver {name}": Case(
            "storage_driver_unsupported",
            storage(filesystem=None, **{name: {"x": "y"}}),
            f"panic: StorageDriver not registered: {name}",
            storage(**{name: None, "inmemory": {}}),
        )
        for name in ("filesytem", "S3", "s3_v2")
    },
    "no region": Case("s3_region_invalid", s3(region=None), "no region parameter provided", s3()),
    "no region for minio": Case(
        "s3_region_invalid", s3(region=None, regionendpoint="http://127.0.0.1:1"), "no region parameter provided"
    ),
    "misspelt region": Case("s3_region_invalid", s3(region="us-easr-1"), "invalid region provided: us-easr-1"),
    "small chunks": Case(
        "s3_chunksize_invalid",
        s3(chunksize=5242879),
        "the chunksize 5242879 parameter should be a number between 5242880 and 5368709120 (inclusive)",
    ),
    "chunks in words": Case(
        "s3_chunksize_invalid", s3(chunksize="25MB"), "chunksize parameter must be an integer, 25MB invalid"
    ),
    "chunks of Helm": Case(
        "s3_chunksize_invalid", s3(chunksize=26214400.0), "invalid value for chunksize: 2.62144e+07"
    ),
    "v4auth off": Case(
        "s3_v4auth_off",
        s3(v4auth=False),
        "on Amazon S3 this storage driver can only be used with v4 authentication",
    ),
    "v4auth no": Case("s3_v4auth_off", s3(v4auth="no"), "the v4auth parameter should be a boolean"),
    "storage class": Case(
        "s3_storage_class_refused",
        s3(storageclass="STANDARD_IA"),
        "the storageclass parameter must be one of [NONE STANDARD REDUCED_REDUNDANCY], STANDARD_IA invalid",
    ),
    "maintenance text": Case(
        "maintenance_malformed",
        storage(maintenance=True),
        "cannot unmarshal !!map into string",
        storage(maintenance=None),
    ),
    "readonly true": Case(
        "maintenance_malformed",
        storage(maintenance={"readonly": True}),
        "panic: readonly config key must contain additional keys",
    ),
    "readonly in quotes": Case(
        "maintenance_malformed",
        storage(maintenance={"readonly": {"enabled": "true"}}),
        "panic: readonly's enabled config key must have a boolean value",
    ),
    "purging false": Case(
        "maintenance_malformed",
        storage(maintenance={"uploadpurging": False}),
        "panic: uploadpurging config key must contain additional keys",
    ),
    **{
        f"purging without {key}": Case(
            "maintenance_malformed",
            storage(maintenance={"uploadpurging": {name: value for name, value in PURGING.items() if name != key}}),
            f"Unable to parse upload purge configuration: {key} missing",
        )
        for key in ("age", "interval", "dryrun")
    },
    "purging by number": Case(
        "maintenance_malformed", storage(maintenance={"uploadpurging": {**PURGING, "age": 168}}), "age is not a string"
    ),
    "purging in days": Case(
        "maintenance_malformed",
        storage(maintenance={"uploadpurging": {**PURGING, "age": "7d"}}),
        'time: unknown unit "d" in duration "7d"',
    ),
    "readonly by a variable": Case(
        "maintenance_malformed",
        {},
        "panic: readonly config key must contain additional keys",
        None,
        {"REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED": "true"},
    ),
    "redirect in quotes": Case(
        "redirect_switch_malformed",
        storage(redirect={"disable": "true"}),
        'panic: invalid type for redirect config: configuration.Parameters{"disable":"true"}',
    ),
    "redirect text": Case("redirect_switch_malformed", storage(redirect=True), "cannot unmarshal !!map into string"),
    "redirect without its switch": Case(
        "redirect_switch_malformed", storage(redirect={"enable": True}), "panic: invalid type for redirect config:"
    ),
}
