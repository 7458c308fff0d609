"""The names that `storage` of config.yml may hold, by the registry software that reads it."""

from __future__ import annotations

TAG = "tag"
"""Known to distribution 3.x alone; elsewhere it counts as a driver."""
SIBLINGS = frozenset(("maintenance", "cache", "delete", "redirect", TAG))
"""What stands beside the driver and is none: Storage.Type in configuration/configuration.go."""

ROOT_DIRECTORY = "/var/lib/registry"
"""Where the filesystem driver keeps everything unless rootdirectory says otherwise
(registry/storage/driver/filesystem/driver.go).
"""
_EVERYWHERE = frozenset(("filesystem", "inmemory", "s3", "s3aws", "azure", "gcs"))
DISTRIBUTION_2_DRIVERS = _EVERYWHERE | {"oss", "swift"}
"""cmd/registry/main.go of release/2.8; `gcs` and `oss` need the build tags include_gcs and include_oss."""
DISTRIBUTION_3_DRIVERS = _EVERYWHERE
"""cmd/registry/main.go of 3.x, which dropped `oss` and `swift` (distribution/distribution#3985)."""
GITLAB_DRIVERS = _EVERYWHERE | {"s3_v2", "azure_v2"}
"""cmd/registry/main.go of GitLab's fork, which dropped `oss` and `swift` with GitLab 17.0 (container-registry#1141)."""
LEFT_OUT_BY_DEBIAN = frozenset(("azure", "gcs", "oss"))
"""What the build of Debian's package docker-registry 2.8.2+ds1 does not hold, as it says itself when asked for one."""
