"""A version of the registry, as it, its packages and its images write it."""

from __future__ import annotations

import json
import re

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_schema import Version
from regdoctor.formats.located import Located, Place

_VERSION = re.compile(r"v?(\d{1,5}(?:\.\d{1,5}){0,3})(?![\d.]*[0-9a-f]{8})(\S*)")
_BUILD = re.compile(r"""(?<![\w.])"?version"?\s*[=:]\s*"?(v?\d[^\s",}]*)""")
_OF_REGISTRY = ("go.version", "instance.id", "go_version", "correlation_id", "registry")
_MOST_LINES = 50_000


def read_version(text: str) -> tuple[Generation | None, Version]:
    """Product and version of `2.8.2+ds1`, `v4.29.0-gitlab`, `3`, `1:2.8.2+ds1-1`; None and () where it is none.

    A version that ends in `-gitlab` is of GitLab's registry; of the others the major number tells.
    """
    found = _VERSION.fullmatch(text.strip().partition(":")[2] or text.strip())
    if found is None:
        return None, ()
    version = tuple(int(part) for part in found[1].split("."))
    if "gitlab" in found[2]:
        return Generation.GITLAB, version
    return {2: Generation.DISTRIBUTION_2, 3: Generation.DISTRIBUTION_3}.get(version[0]), version


def of_program(said: str) -> str | None:
    """The version in what `registry --version` says: `registry github.com/docker/distribution 2.8.2+ds1`."""
    words = said.split()
    return words[-1] if len(words) == 3 and "distribution" in words[1] else None


def in_version_manifest(data: bytes, source: str) -> Located | None:
    """The version of the component `registry` in version-manifest.txt or .json of omnibus-gitlab, with its line."""
    text = data.decode("utf-8", "replace")
    if text.lstrip().startswith("{"):
        return _in_json(text, source)
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], 1):
        cells = line.split()
        if len(cells) > 1 and cells[0] == "registry":
            return Located(cells[1], Place(source, number), "registry")
    return None


def _in_json(text: str, source: str) -> Located | None:
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError):
        return None
    software = manifest.get("software") if isinstance(manifest, dict) else None
    component = software.get("registry") if isinstance(software, dict) else None
    if not isinstance(component, dict):
        return None
    names = ("display_version", "described_version", "locked_version")
    versions = [version for version in (component.get(name) for name in names) if isinstance(version, str)]
    telling = [version for version in versions if read_version(version)[1]]
    return Located(telling[0], Place(source), "software.registry") if telling else None


def in_package_database(data: bytes, source: str, package: str) -> Located | None:
    """The version of an installed package in dpkg's status file (deb-status(5)), with its line; None without it."""
    fields: dict[str, tuple[int, str]] = {}
    lines = data.decode("utf-8", "replace").splitlines()
    for number, line in enumerate((*lines, ""), 1):
        if line.strip():
            name, _, value = line.partition(":")
            fields.setdefault(name, (number, value.strip()))
            continue
        if fields.get("Package", (0, ""))[1] == package and fields.get("Status", (0, ""))[1].endswith(" installed"):
            at, version = fields.get("Version", (None, ""))
            return Located(version, Place(source, at), "Version")
        fields = {}
    return None


def in_log(data: bytes, source: str) -> Located | None:
    """The version in the last line of a registry's log that tells one; text (logfmt) and JSON alike.

    `data` may begin in the middle of a line, and no line number is given.
    """
    for line in reversed(data.decode("utf-8", "replace").splitlines()):
        found = _BUILD.search(line)
        if found and any(word in line for word in _OF_REGISTRY) and read_version(found[1])[0] is not None:
            return Located(found[1], Place(source), "version")
    return None
