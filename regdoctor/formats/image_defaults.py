"""The official images of distribution: how they are named, and the configuration that each brings along."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regdoctor.distribution.generation import Generation

_REFERENCE = re.compile(
    r"(?P<repository>[^@\s]+?)(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@(?P<digest>[\w+.-]+:[0-9a-fA-F]+))?"
)
_OFFICIAL = ("registry", "library/registry", "distribution/distribution")
_GITLAB = "gitlab-container-registry"
_HUBS = (
    "docker.io/",
    "index.docker.io/",
    "registry-1.docker.io/",
    "ghcr.io/",
    "mirror.gcr.io/",
    "public.ecr.aws/docker/",
)

_COMMON = b"""\
version: 0.1
log:
  fields:
    service: registry
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: /var/lib/registry
http:
  addr: :5000
health:
  storagedriver:
    enabled: true
    interval: 10s
    threshold: 3
"""
_OF_2 = _COMMON.replace(b"  addr: :5000\n", b"  addr: :5000\n  headers:\n    X-Content-Type-Options: [nosniff]\n")
_OF_3 = _COMMON.replace(
    b"storage:\n", b"storage:\n  delete:\n    enabled: true\n  tag:\n    concurrencylimit: 5\n", 1
).replace(
    b"  addr: :5000\n",
    b"  addr: :5000\n  debug:\n    addr: :5001\n    prometheus:\n      enabled: true\n      path: /metrics\n",
)
"""The settings of config-example.yml in distribution-library-image, of the branches for 2.8 and for 3."""

UNLIKE = (("storage", "delete"), ("storage", "tag"), ("http", "debug"), ("http", "headers"))
"""What the configurations of the two lines of images have unlike."""


@dataclass(frozen=True, slots=True)
class ImageName:
    """An image as `docker run` and Compose take it."""

    repository: str
    """With its registry, if any: `registry`, `ghcr.io/distribution/distribution`."""
    tag: str = ""
    digest: str = ""

    @property
    def is_official(self) -> bool:
        """Whether it is distribution's own image, or a copy of it that a mirror serves under its name."""
        name = self.repository
        for hub in _HUBS:
            name = name.removeprefix(hub)
        path = name.partition("/")[2] if _is_host(name.partition("/")[0]) else name
        return name in _OFFICIAL or path in _OFFICIAL or path.endswith("/library/registry")

    @property
    def is_gitlabs(self) -> bool:
        """Whether it is GitLab's registry, which brings no configuration along."""
        return self.repository.rpartition("/")[2] == _GITLAB

    @property
    def is_registry(self) -> bool:
        """Whether it is one that we know."""
        return self.is_official or self.is_gitlabs

    @property
    def major(self) -> int | None:
        """Of an official image the line, 2 or 3; None where the tag does not tell: `latest` was 2 and is 3."""
        found = re.match(r"v?([23])(?![0-9])", self.tag)
        return int(found[1]) if found and self.is_official else None

    @property
    def generation(self) -> Generation | None:
        """Whose rules count for its configuration; None where nothing tells."""
        if self.is_gitlabs:
            return Generation.GITLAB
        return {2: Generation.DISTRIBUTION_2, 3: Generation.DISTRIBUTION_3}.get(self.major or 0)

    @property
    def version(self) -> tuple[int, ...]:
        """What the tag tells of the version: (2, 8, 3), (3,), or nothing."""
        found = re.match(r"v?([0-9]{1,4}(?:\.[0-9]{1,4}){0,2})(?![0-9])", self.tag)
        return tuple(map(int, found[1].split("."))) if found and self.is_registry else ()


def image_name(text: str) -> ImageName:
    """An image's name taken apart; the whole is the repository where it is none."""
    found = _REFERENCE.fullmatch(text.strip())
    if found is None:
        return ImageName(text)
    return ImageName(found["repository"], found["tag"] or "", found["digest"] or "")


def default_config(image: str) -> bytes | None:
    """The config.yml in an official image; None for others, whose content is not known.

    Where the tag does not tell the line: what both have; see UNLIKE for what they have not in common.
    Source: config-example.yml of distribution/distribution-library-image.
    """
    name = image_name(image)
    if not name.is_official:
        return None
    return {2: _OF_2, 3: _OF_3}.get(name.major or 0, _COMMON)


CONFIG_PATHS = {2: "/etc/docker/registry/config.yml", 3: "/etc/distribution/config.yml"}
"""Where each line of the official images reads its configuration (CMD in their Dockerfiles)."""
_OF_GITLABS_IMAGE = "/etc/docker/registry/config.yml"


def config_path(image: str) -> str | None:
    """Where the image reads its configuration unless it is told otherwise; None where that is not known."""
    name = image_name(image)
    if name.is_gitlabs:
        return _OF_GITLABS_IMAGE
    return CONFIG_PATHS.get(name.major or 0)


def _is_host(part: str) -> bool:
    return "." in part or ":" in part or part == "localhost"
