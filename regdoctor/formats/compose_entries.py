"""The short and long forms of what a Compose service lists: mounts, ports, commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from regdoctor.formats.container_service import Mount, Port
from regdoctor.formats.located import Computed, Located

_PORT = re.compile(
    r"(?:(?:(?P<ip>\[[0-9a-fA-F:]+\]|[0-9.]+):)?(?P<host>[0-9]*(?:-[0-9]+)?):)?(?P<target>[0-9]+(?:-[0-9]+)?)(?:/(?P<kind>\w+))?"
)
_MOST_PORTS = 1000
"""Ports of one range that are looked at."""
_LONGEST = 16_384
"""Characters of a mount; each of its two paths may have 4095 (PATH_MAX)."""


def mounts(service: Mapping[str, Located], configs: Mapping[str, Located]) -> tuple[Mount, ...]:
    """What is mounted, by target the last that names it; an entry that is worked out at run time is left out."""
    found: dict[str, Mount] = {}
    every = (
        *(_mount(entry) for entry in _items(service.get("volumes"))),
        *(_memory(entry) for entry in _items(service.get("tmpfs"), single=True)),
        *(_config(entry, configs) for entry in _items(service.get("configs"))),
    )
    for mount in every:
        if mount is not None:
            found[mount.target] = mount
    return tuple(found.values())


def open_mount(service: Mapping[str, Located]) -> Located | None:
    """An entry of `volumes` whose target is only known at run time, if there is one."""
    for entry in _items(service.get("volumes")):
        said = entry.value.get("target") if isinstance(entry.value, Mapping) else entry
        if said is not None and isinstance(said.value, Computed):
            if isinstance(entry.value, Mapping) or parse_mount(said.value.expression, entry) is None:
                return entry
    return None


def parse_mount(text: str, located: Located) -> Mount | None:
    """The short form `[SOURCE:]TARGET[:OPTIONS]`, as `docker run -v` takes it, too; None for what is none."""
    source, target, options = _split(text) if len(text) <= _LONGEST else (None, None, "")
    if not target or "$" in target:
        return None
    kind = "anonymous" if source is None else "bind" if source.startswith(("/", ".", "~", "$")) else "volume"
    known = None if source is None or "$" in source else source
    return Mount(kind, known, target, located, "ro" in options.split(","))


def parse_ports(text: str, located: Located) -> Iterator[Port]:
    """The short form `[[IP:]HOST:]CONTAINER[/PROTOCOL]` with ranges, as `docker run -p` takes it, too."""
    found = _PORT.fullmatch(text.strip())
    if found is None or (found["kind"] or "tcp") != "tcp":
        return
    targets, hosts = _range(found["target"]), _range(found["host"] or "")
    for index, target in enumerate(targets):
        published = hosts[index] if index < len(hosts) else ""
        yield Port(target, published, (found["ip"] or "").replace("0.0.0.0", ""), located)  # noqa: S104 - compared


def ports(said: Located | None) -> tuple[Port, ...]:
    """The published ports; an entry that is worked out at run time is left out."""
    found: list[Port] = []
    for entry in _items(said):
        if isinstance(entry.value, Mapping):
            target, published, address = (_plain(entry.value.get(key)) for key in ("target", "published", "host_ip"))
            if target and (_plain(entry.value.get("protocol")) or "tcp") == "tcp":
                found.append(Port(target, published, "" if address == "0.0.0.0" else address, entry))  # noqa: S104
        elif isinstance(entry.value, str | int):
            found.extend(parse_ports(str(entry.value), entry))
    return tuple(found)


def words(said: Located | None) -> tuple[str, ...]:
    """The words of a command in either form."""
    if said is None:
        return ()
    if isinstance(said.value, tuple):
        return tuple(_plain(item) for item in said.value)
    try:
        return tuple(shlex.split(said.value)) if isinstance(said.value, str) else ()
    except ValueError:
        return tuple(str(said.value).split())


def _mount(entry: Located) -> Mount | None:
    if isinstance(entry.value, Mapping):
        kind, target = _plain(entry.value.get("type")) or "volume", _plain(entry.value.get("target"))
        source, switch = _plain(entry.value.get("source")) or None, entry.value.get("read_only")
        if kind == "volume" and source is None and not isinstance(_value(entry.value.get("source")), Computed):
            kind = "anonymous"
        is_read_only = switch is not None and switch.value is True
        return Mount(kind, source, target, entry, is_read_only) if target else None
    text = entry.value.expression if isinstance(entry.value, Computed) else entry.value
    return parse_mount(text, entry) if isinstance(text, str) else None


def _memory(entry: Located) -> Mount | None:
    return Mount("tmpfs", None, entry.value.partition(":")[0], entry) if isinstance(entry.value, str) else None


def _config(entry: Located, configs: Mapping[str, Located]) -> Mount | None:
    name = entry.value if isinstance(entry.value, str) else ""
    target = f"/{name}"
    if isinstance(entry.value, Mapping):
        name = _plain(entry.value.get("source"))
        target = _plain(entry.value.get("target")) or f"/{name}"
    defined = configs.get(name)
    file = defined.value.get("file") if defined is not None and isinstance(defined.value, Mapping) else None
    return Mount("config", _plain(file) or None, target, entry, read_only=True) if name else None


def _split(text: str) -> tuple[str | None, str | None, str]:
    """Source, target and options of the short form. A colon inside `${NAME:-x}` parts nothing."""
    parts = re.findall(r"(?:\$\{[^}]*\}|[^:])+", text)
    if len(parts) == 1:
        return None, parts[0], ""
    if len(parts) == 2 and not parts[1].startswith(("/", "$")):
        return None, parts[0], parts[1]
    return (parts[0], parts[1], parts[2] if len(parts) > 2 else "") if parts else (None, None, "")


def _range(text: str) -> list[str]:
    first, dash, last = text.partition("-")
    if not dash:
        return [first] if first else []
    low, high = int(first[:6] or 0), int(last[:6])
    return [str(number) for number in range(low, min(high, low + _MOST_PORTS) + 1)]


def _items(said: Located | None, *, single: bool = False) -> tuple[Located, ...]:
    if said is None:
        return ()
    if isinstance(said.value, tuple):
        return said.value
    return (said,) if single and isinstance(said.value, str) else ()


def _value(node: Located | None) -> object:
    return node.value if node is not None else None


def _plain(node: Located | None) -> str:
    """A single value as text; empty where there is none or it is worked out at run time."""
    found = _value(node)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
