"""What docker-registry 2.8.2 starts with: what is a finding all the same, and what must not be one."""

from __future__ import annotations

from tests.e2e.configuration_case import PURGING, Case, Overlay, auth, s3, storage

RUNS = {
    "unknown cache": Case(
        "cache_type_unknown", storage(cache={"blobdescriptor": "memory"}), 'unknown cache type map[\\"blobdescriptor'
    ),
    "nanoseconds": Case(
        "duration_without_unit",
        {"notifications": {"endpoints": [{"name": "a", "url": "http://127.0.0.1:1", "timeout": 500}]}},
        "timeout=500ns",
    ),
    "small chunks": Case("s3_chunksize_invalid", s3(chunksize=6291456), "listening on"),
    "purging with a quoted false": Case(
        "maintenance_malformed",
        storage(maintenance={"uploadpurging": {**PURGING, "enabled": "false"}}),
        "Starting upload purge in",
    ),
    "metrics without a slash": Case(
        "prometheus_path_malformed",
        {"http": {"debug": {"addr": "127.0.0.1:@DEBUG", "prometheus": {"enabled": True, "path": "metrics"}}}},
        "providing prometheus metrics on metrics",
    ),
}
"""What it starts with, and what is a finding all the same, of less weight."""

ACCEPTED: dict[str, Overlay] = {
    "version in quotes": {"version": "0.1"},
    "level in capitals": {"log": {"level": "INFO"}},
    "cache by its older name": storage(cache={"layerinfo": "inmemory"}),
    "cache of no type": storage(cache={}),
    "auth none": auth(none={}),
    "no purging": storage(maintenance={"uploadpurging": {"enabled": False}}),
    "purging without enabled": storage(
        maintenance={"uploadpurging": {k: PURGING[k] for k in PURGING if k != "enabled"}}
    ),
    "switches of S3 in quotation marks": s3(secure="false", encrypt="0", regionendpoint="http://127.0.0.1:1"),
    "chunks of the documented example": s3(chunksize=5242880),
    "readonly empty": storage(maintenance={"readonly": {}}),
    "redirect": storage(redirect={"disable": False}),
    "region of another service": s3(region="minio", regionendpoint="http://127.0.0.1:1"),
    "v4auth off elsewhere": s3(v4auth=False, regionendpoint="http://127.0.0.1:1"),
    "storage class in small letters": s3(storageclass="none"),
    "no drain time": {"http": {"draintimeout": "0"}},
    "numbers in a header": {"http": {"headers": {"X-A": [1, True]}}},
    "patterns": {"validation": {"manifests": {"urls": {"allow": ["(?P<n>a)", "a{,3}", "^*", "[]a]", "\\Q*\\E"]}}}},
    "broken pattern with validation off": {"validation": {"disabled": True, "manifests": {"urls": {"allow": ["("]}}}},
}
"""What it starts with, and what must not be a finding."""
