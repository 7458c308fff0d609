"""registries.conf of podman, skopeo, buildah and CRI-O, in its first and its second format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from regdoctor.formats import toml_tree
from regdoctor.formats.located import Located
from regdoctor.formats.secret_values import seal_shape


@dataclass(frozen=True, slots=True)
class RegistriesConf:
    """One file: registries.conf itself, or a drop-in of registries.conf.d."""

    tree: Located
    source: str

    def addresses(self) -> Iterator[Located]:
        """Every registry that the file names: locations, prefixes, mirrors and search lists of both formats.

        Source: containers/image, docs/containers-registries.conf.5.md.
        """
        for registry in _items(self.tree, "registry"):
            for entry in (registry, *_items(registry, "mirror")):
                yield from (found for key in ("prefix", "location") if (found := entry.at(key)) is not None)
        yield from _items(self.tree, "unqualified-search-registries")
        for section in ("search", "insecure", "block"):
            yield from _items(self.tree, "registries", section, "registries")


@dataclass(frozen=True, slots=True)
class RegistriesConfs:
    """The files in the order in which they apply: registries.conf, then the drop-ins by name."""

    files: tuple[RegistriesConf, ...]


def parse_registries_conf(data: bytes, source: str) -> RegistriesConf:
    """The settings in `data`, which was read from `source`. Raises UnreadableError where it is not TOML."""
    return RegistriesConf(toml_tree.parse(data, source, seal=lambda _, text, value: seal_shape(text, value)), source)


def _items(tree: Located, *path: str) -> tuple[Located, ...]:
    found = tree.at(*path)
    return found.items() if found is not None else ()
