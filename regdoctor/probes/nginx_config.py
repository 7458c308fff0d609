"""Reads nginx's configuration with all that it includes, as files of the examined host."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from regdoctor.check import Dialect, Quote
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_config import nginx_config as assembled
from regdoctor.formats.nginx_directives import Directive, directives
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import find_files, follow, is_there, list_below, read_below

_PLACES = ("var/opt/gitlab/nginx/conf/nginx.conf", "etc/nginx/nginx.conf", "nginx.conf", "*/nginx.conf")
_MOST_FILES = 500
_BIGGEST = 512 * 1024
"""Bytes of one file. crossplane reads about 700 kB a second."""
_MOST_BYTES = 4 * 1024 * 1024
"""Bytes of all files together."""
_DEEPEST = 20
"""Files that include each other; nginx itself has no limit but that of open files."""
_SNIPPET_FOLDERS = ("sites-enabled", "sites-available", "conf.d", "http.d", "vhosts.d")
"""Folders of files that nginx.conf, one folder up, includes."""
_HARMLESS = "mime.types"
"""Holds types alone; where it is missing from a copied tree, nothing that matters is."""


@probe(reads="nginx's configuration, includes followed, and what /etc/hosts says of localhost", limit=30.0)
def nginx_config(installation: Installation) -> NginxConfig:
    """What the nginx of this host is told.

    Raises NotApplicableError where it has none, UnreadableError with the reader's line where it is broken.
    """
    paths = find_files(installation, FileKind.NGINX, *_PLACES)
    if not paths:
        raise NotApplicableError("no nginx configuration was found")
    return read_nginx(paths, installation)


def read_nginx(paths: Iterable[Path], installation: Installation) -> NginxConfig:
    """The configuration whose main files are `paths`.

    A path in an `include` that is absolute means the host's: it is followed below the root folder, and not at all
    where only files were named. Raises UnreadableError, one line with the file's name, and the line's number where it
    is known, for a main file that cannot be read, for one that is no configuration, and where there is too much.
    """
    reader = _Reader(installation)
    trees = [(str(path), reader.main(path)) for path in paths]
    by_hand = installation.root is None and FileKind.NGINX in installation.named
    return assembled(trees, tuple(reader.problems), _ipv6_localhost(installation), by_hand=by_hand)


def _ipv6_localhost(installation: Installation) -> Quote | None:
    """The line of /etc/hosts that gives localhost an IPv6 address. A container has a file of its own."""
    if installation.root is None or installation.dialect is Dialect.COMPOSE:
        return None
    path = installation.root / "etc/hosts"
    try:
        lines = read_below(installation.root, path).decode("utf-8", "replace").splitlines()
    except UnreadableError:
        return None  # then nothing is claimed of localhost
    for number, line in enumerate(lines, 1):
        address, *names = line.partition("#")[0].split() or [""]
        if ":" in address and "localhost" in names:
            return Quote(str(path), line.strip(), number)
    return None


class _Reader:
    """Follows includes, and keeps count."""

    def __init__(self, installation: Installation) -> None:
        self.problems: list[str] = []
        self._installation = installation
        self._files = 0
        self._bytes = 0

    def main(self, path: Path) -> tuple[Directive, ...]:
        """What a main file and its includes say."""
        return self._read(path, _prefix(path), ())

    def _read(
        self, path: Path, prefix: Path, open_files: tuple[Path, ...], data: bytes | None = None
    ) -> tuple[Directive, ...]:
        """What a file and its includes say. data: its content, where it has been read already."""
        root = self._installation.root_of(path)
        content = read_below(root, path, _BIGGEST) if data is None else data
        self._files += 1
        self._bytes += len(content)
        if self._files > _MOST_FILES or self._bytes > _MOST_BYTES:
            raise UnreadableError(
                f"{path}: with it nginx's configuration is more than {_MOST_FILES} files or "
                f"{_MOST_BYTES // 1024 // 1024} MB, which is too much"
            )
        opened = (*open_files, follow(root, path))

        def include(one: Directive) -> Iterable[Directive] | None:
            return self._included(one, path, prefix, opened)

        return directives(_parsed(follow(root, path), path), str(path), include)

    def _included(
        self, one: Directive, path: Path, prefix: Path, opened: tuple[Path, ...]
    ) -> tuple[Directive, ...] | None:
        """What an include brings in; None, and a problem noted, where any of it cannot be read."""
        try:
            found = self._matching(one.args[0], path, prefix)
        except UnreadableError as error:
            self.problems.append(f"{one.where()}: {error}")
            return None
        if found is None:
            return None
        brought: list[Directive] = []
        for file in found:
            where = follow(self._installation.root_of(file), file)
            if where in opened or len(opened) > _DEEPEST:
                raise UnreadableError(f"{one.where()}: {one.args[0]} is included in a loop")
            if file.name == _HARMLESS and not where.exists():
                continue
            try:
                data = read_below(self._installation.root_of(file), file, _BIGGEST)
            except UnreadableError as error:
                self.problems.append(f"{one.where()}: {error}")
                return None
            brought.extend(self._read(file, prefix, opened, data))
        return tuple(brought)

    def _matching(self, written: str, path: Path, prefix: Path) -> tuple[Path, ...] | None:
        """The files that an include names, sorted; None where they lie where we cannot look."""
        if "\0" in written:
            raise UnreadableError("a name that no file can have")
        root = self._installation.root_of(path)
        if not written.startswith("/"):
            place = prefix / written
        elif root is None:
            self.problems.append(f"{path}: includes {written}, a path of a host that was not named (--root)")
            return None
        else:
            place = root / written.lstrip("/")
        if not any(char in written for char in "*?["):
            return (place,)
        folders = [place.parent]
        if any(char in str(place.parent) for char in "*?["):
            folders = list(_folders(root, place.parent))
        elif root is not None and written.startswith("/") and self._is_in_container(root, place.parent):
            self.problems.append(f"{path}: includes {written}, and there is no such folder here")
            return None
        return tuple(
            entry
            for folder in folders
            for entry in list_below(root, folder)
            if fnmatch.fnmatchcase(entry.name, place.name) and not entry.name.startswith(".")
        )

    def _is_in_container(self, root: Path, folder: Path) -> bool:
        """Whether a folder that is not here is most likely that of an image. Elsewhere a pattern matches nothing then,
        which nginx takes (ngx_conf_include).
        """
        return self._installation.dialect is Dialect.COMPOSE and not is_there(root, folder.relative_to(root))


def _folders(root: Path | None, pattern: Path) -> Iterable[Path]:
    """The folders that a pattern means, with wildcards in its last part (`sites/*/nginx.conf`)."""
    for entry in list_below(root, pattern.parent):
        if fnmatch.fnmatchcase(entry.name, pattern.name):
            yield entry


def _prefix(path: Path) -> Path:
    """The folder that relative includes start from: that of the main file (ngx_conf_full_name)."""
    return path.parent.parent if path.parent.name in _SNIPPET_FOLDERS else path.parent


def _parsed(there: Path, path: Path) -> list[dict[str, Any]]:
    """What crossplane makes of the one file; it follows no include (single) and opens no other file."""
    # Late, for it takes 30 ms, which a run without nginx need not spend.
    import crossplane  # type: ignore[import-untyped]

    payload = crossplane.parse(str(there), single=True, check_ctx=False, check_args=False)
    for error in payload["errors"]:
        # crossplane ends its message with the path that it opened.
        words = str(error["error"]).partition(f" in {there}")[0] or "it ends in the middle of a directive"
        if "recursion" in words:
            words = "blocks are nested too deep"
        line = f":{error['line']}" if error["line"] else ""
        raise UnreadableError(f"{path}{line}: {words}")
    parsed: list[dict[str, Any]] = payload["config"][0]["parsed"]
    return parsed
