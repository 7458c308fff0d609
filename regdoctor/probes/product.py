"""Tells which registry it is, and which version, from what runs, is installed, or is set."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from regdoctor.check import Dialect, Quote
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.evidence.product import Generation, Product, from_image, from_settings, from_version
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.helm_values import HelmValues
from regdoctor.formats.located import Located, Place, UnreadableError
from regdoctor.formats.registry_version import in_log, in_package_database, in_version_manifest, of_program
from regdoctor.formats.secret_values import seal_registry
from regdoctor.formats.yaml_tree import parse
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import probe
from regdoctor.probes.host_tree import find_files, follow, is_there, read_below
from regdoctor.target import Target

_VERSION_HEADER = "Gitlab-Container-Registry-Version"
"""What GitLab's registry adds to the answer to GET /v2/ (registry/handlers/app.go of the fork)."""
_OMNIBUS_CONFIG = "var/opt/gitlab/registry/config.yml"
_PACKAGES_CONFIG = "etc/docker/registry/config.yml"
"""Where Debian's package docker-registry has its configuration."""
_V3_CONFIG = "etc/distribution/config.yml"
_MANIFESTS = ("opt/gitlab/version-manifest.json", "opt/gitlab/version-manifest.txt")
_LOGS = ("var/log/gitlab/registry/current", "var/log/docker-registry.log", "var/log/docker-registry/*.log")
_TAIL = 256 * 1024
"""Bytes at the end of a log."""


@probe(
    reads="the registry's program, the package database, GitLab's version manifest, image tags, the log and config.yml",
    limit=15,
)
def product(
    installation: Installation | Absent,
    compose: ComposeFile | Absent,
    unit: ServiceEnvironment | Absent,
    values: HelmValues | Absent,
    rb: GitLabRb | Absent,
    target: Target,
    door: Http | Absent,
) -> Product:
    """The software. What runs tells best; where sources contradict each other or none tells, the reason says so."""
    here = installation if isinstance(installation, Installation) else None
    running = _of_process(here) if here else None
    if running is not None:
        return running
    images = tuple(_images(compose, unit, target.service))
    found = list(_told(here, images, values, rb if isinstance(rb, GitLabRb) else None)) if here else []
    if not found and target.registry_url and not target.offline and isinstance(door, Http):
        found = list(_of_answer(target.registry_url, door))
    if not found and here is not None:
        found = list(_of_settings(here))
    return _settled(found, here)


def _settled(found: list[Product], here: Installation | None) -> Product:
    if not found:
        where = f"below {here.root}" if here and here.root else "in what was given"
        return Product(None, reason=f"nothing {where} tells which registry it is")
    quotes = tuple(quote for item in found for quote in item.evidence)
    generations = {item.generation for item in found}
    if len(generations) > 1:
        said = ", ".join(f"{item.words()} ({item.evidence[0].source})" for item in found)
        return Product(None, evidence=quotes, reason=f"what is installed contradicts itself: {said}")
    versions = {item.version for item in found if item.version}
    longest = max(versions, key=len, default=())
    if any(longest[: len(version)] != version for version in versions):
        said = " and ".join(sorted(".".join(map(str, version)) for version in versions))
        return Product(found[0].generation, (), quotes, f"several versions are told of: {said}")
    return Product(found[0].generation, longest, quotes)


def _images(compose: ComposeFile | Absent, unit: ServiceEnvironment | Absent, wanted: str | None) -> Iterator[Located]:
    """The images that the examined registry's container is started from: of a project's first, or the wanted one."""
    if isinstance(compose, ComposeFile):
        services = [one for one in compose.registry_services() if wanted in (None, one.name)]
        yield from (service.image for service in services[:1] if service.image is not None)
    if isinstance(unit, ServiceEnvironment) and unit.image is not None:
        yield unit.image


def _told(
    here: Installation, images: tuple[Located, ...], values: HelmValues | Absent, rb: GitLabRb | None
) -> Iterator[Product]:
    """What each source tells, those first that belong to the configuration that is examined."""
    place = _place(here)
    named = here.named.get(FileKind.GITLAB_RB)
    if place == _OMNIBUS_CONFIG or named or (here.registry_config is None and rb is not None):
        yield _of_omnibus(here, rb)
        return
    if here.dialect is Dialect.HELM or isinstance(values, HelmValues):
        yield _of_chart(here, values)
        return
    if place == _V3_CONFIG:
        quote = Quote(str(here.registry_config), "where the images of distribution 3 have their configuration")
        yield Product(Generation.DISTRIBUTION_3, (3,), (quote,))
    elif here.root is not None and not _is_loose(here):
        yield from _of_package(here)
        if place is None and _manifest(here) is not None:
            yield _of_omnibus(here, rb)
    yield from (item for item in map(from_image, images) if item is not None)
    if not _is_loose(here):
        yield from _of_logs(here)


def _is_loose(here: Installation) -> bool:
    """Whether a file of this machine was named that is not its package's: it may be of a registry anywhere."""
    return (
        here.root == Path("/")
        and bool(here.named.get(FileKind.REGISTRY_CONFIG))
        and here.process is None
        and _place(here) != _PACKAGES_CONFIG
    )


def _place(here: Installation) -> str | None:
    """Where the registry's configuration lies, relative to its root."""
    path, root = here.registry_config, here.root
    return str(path.relative_to(root)) if path and root and path.is_relative_to(root) else None


def _of_process(here: Installation) -> Product | None:
    """What runs; None where nothing does or the program tells nothing. It is asked with `--version`, for 2 seconds."""
    if here.process is None:
        return None
    program = Path(f"/proc/{here.process.pid}/exe")
    try:
        path = str(program.readlink())
        if "/opt/gitlab/embedded/" in path:
            return _of_omnibus(here, None)
        done = subprocess.run([program, "--version"], capture_output=True, timeout=2, env={}, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = (done.stdout or done.stderr)[:200].decode("utf-8", "replace").strip()
    version = of_program(said)
    return from_version(Located(version, Place(f"{path} --version"), said)) if version else None


def _of_omnibus(here: Installation, rb: GitLabRb | None) -> Product:
    version = _manifest(here)
    told = from_version(version) if version is not None else None
    if told is not None and told.generation is Generation.GITLAB:
        return told
    on = rb and (rb.at("registry_external_url") or rb.at("registry", "enable") or rb.at("external_url"))
    if on:
        return Product(Generation.GITLAB, (), (on.quote(),))
    named = here.named.get(FileKind.GITLAB_RB, ())
    source = version.place.source if version else str(next(iter(named), None) or here.registry_config or here.root)
    return Product(Generation.GITLAB, (), (Quote(source, "the registry of Omnibus GitLab"),))


def _manifest(here: Installation) -> Located | None:
    for place in _MANIFESTS:
        data = _content(here, place)
        version = in_version_manifest(data, str((here.root or Path()) / place)) if data is not None else None
        if version is not None:
            return version
    return None


def _of_chart(here: Installation, values: HelmValues | Absent) -> Product:
    tag = values.image_tag() if isinstance(values, HelmValues) else None
    told = from_version(tag) if tag is not None else None
    if told is not None and told.generation is Generation.GITLAB:
        return told
    sources = values.sources if isinstance(values, HelmValues) else ()
    source = sources[0] if sources else str(here.registry_config or here.root)
    return Product(Generation.GITLAB, (), (Quote(source, "the registry of GitLab's chart"),))


def _of_package(here: Installation) -> Iterator[Product]:
    place = "var/lib/dpkg/status"
    data = _content(here, place, cap=64 * 1024 * 1024)
    version = in_package_database(data, str((here.root or Path()) / place), "docker-registry") if data else None
    told = from_version(version) if version is not None else None
    if told is not None:
        yield told


def _content(here: Installation, place: str, cap: int = 8 * 1024 * 1024) -> bytes | None:
    """What a file below the root holds; None where it is not to be had: another source may tell."""
    if here.root is None or not is_there(here.root, place):
        return None
    try:
        return read_below(here.root, here.root / place, cap)
    except UnreadableError:
        return None


def _of_settings(here: Installation) -> Iterator[Product]:
    """What the keys of config.yml tell, where nothing else does."""
    path = here.registry_config
    if path is None:
        return
    try:
        tree = parse(read_below(here.root_of(path), path), str(path), seal=seal_registry)
    except UnreadableError:
        return  # which the registry's configuration itself will tell
    told = from_settings(tree)
    if told is not None:
        yield told


def _of_logs(here: Installation) -> Iterator[Product]:
    if here.root is None:
        return
    try:
        paths = find_files(replace(here, named={}), FileKind.SYSTEMD, *_LOGS)
    except UnreadableError:
        return
    for path in paths:
        version = in_log(_tail(here.root, path), str(path))
        told = from_version(version) if version is not None else None
        if told is not None:
            yield told
            return


def _tail(root: Path, path: Path) -> bytes:
    """The end of a log; nothing where it cannot be read, or is no regular file."""
    try:
        there = follow(root, path)
        if not stat.S_ISREG(there.stat().st_mode):
            return b""
        with there.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            return file.read(_TAIL)
    except (OSError, UnreadableError):
        return b""


def _of_answer(url: str, door: Http) -> Iterator[Product]:
    answer = door.send("GET", f"{url.rstrip('/')}/v2/", deadline=5.0)
    said = answer.header(_VERSION_HEADER)
    if said is None:
        return
    quote = answer.quote(_VERSION_HEADER)
    told = from_version(Located(said, Place(quote.source), _VERSION_HEADER))
    version = told.version if told is not None else ()
    yield Product(Generation.GITLAB, version, (quote,))
