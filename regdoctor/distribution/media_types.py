"""The media types of manifests, and the Accept header that takes them all."""

from __future__ import annotations

DOCKER_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+json"
DOCKER_SCHEMA1_SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws"
DOCKER_SCHEMA2 = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"

SCHEMA1 = frozenset({DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED})
"""Refused by GitLab's registry since 3.0 and by distribution 3."""
IMAGES = frozenset({DOCKER_SCHEMA2, OCI_MANIFEST})
"""Manifests that name a config and layers."""
INDEXES = frozenset({DOCKER_LIST, OCI_INDEX})
"""Manifests that name other manifests, one a platform."""
OCI = frozenset({OCI_MANIFEST, OCI_INDEX})
"""Answered with 404 MANIFEST_UNKNOWN by distribution where Accept leaves them out."""
MANIFESTS = SCHEMA1 | IMAGES | INDEXES

ACCEPT_ALL = ", ".join((DOCKER_SCHEMA2, DOCKER_LIST, OCI_MANIFEST, OCI_INDEX, DOCKER_SCHEMA1_SIGNED))
"""For the Accept header: schema1 comes last, because registries convert to the first type that they can."""
