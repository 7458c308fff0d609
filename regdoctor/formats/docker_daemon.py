"""Docker's daemon.json, and what dockerd would say if it refuses the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Never

from regdoctor.distribution.go_proxies import password_in
from regdoctor.formats import yaml_tree
from regdoctor.formats.located import Located, Place, UnreadableError
from regdoctor.formats.secret_values import seal_registry
from regdoctor.redaction import Secret, remember


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why dockerd does not start with the file."""

    reason: str
    """One line, without the file's name."""
    place: Place
    shown: str = ""
    """What stands there, where that can be no secret."""


@dataclass(frozen=True, slots=True)
class DockerDaemon:
    """One daemon.json. Passwords in it are wrapped or wiped."""

    tree: Located
    """The settings; empty where `refusals` say why none can be read."""
    source: str
    refusals: tuple[Refusal, ...] = ()
    proxies: Mapping[str, Secret] = field(default_factory=dict)
    """The values of `proxies` that hold a password, whole."""

    def listed(self, name: str) -> tuple[Located, ...]:
        """The items of a setting that is a list, such as `insecure-registries`."""
        found = self.tree.at(name)
        return found.items() if found is not None else ()


@dataclass(frozen=True, slots=True)
class DockerDaemons:
    """Every daemon.json that was found or named."""

    files: tuple[DockerDaemon, ...] = field(default=())


_KINDS: dict[str, str] = {
    "insecure-registries": "a list of texts",
    "registry-mirrors": "a list of texts",
    "allow-nondistributable-artifacts": "a list of texts",
    "dns": "a list of texts",
    "hosts": "a list of texts",
    "labels": "a list of texts",
    "debug": "true or false",
    "experimental": "true or false",
    "live-restore": "true or false",
    "tlsverify": "true or false",
    "data-root": "a text",
    "log-driver": "a text",
    "max-concurrent-downloads": "a whole number",
    "max-concurrent-uploads": "a whole number",
}
"""What dockerd takes for each; null leaves the default. Source: moby, daemon/config/config.go; tried on 20.10."""


def parse_docker_daemon(data: bytes, source: str) -> DockerDaemon:
    """The settings in `data`, which was read from `source`; what dockerd refuses is in `refusals`.

    Raises UnreadableError for JSON that dockerd takes and that this reader does not: a key that is there twice, half
    of a surrogate pair, or a file of a million values.
    """
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    nothing = Located({}, Place(source), "")
    if not text.strip():
        return DockerDaemon(nothing, source)
    try:
        # dockerd reads the first value and leaves the rest unread.
        value, end = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_no_constant).raw_decode(
            text, len(text) - len(text.lstrip())
        )
    except json.JSONDecodeError as error:
        words, line = _words(error, text)
        return DockerDaemon(nothing, source, (Refusal(words, Place(source, line)),))
    except RecursionError:
        raise UnreadableError(f"{source}: nested too deeply") from None
    if value is None:
        return DockerDaemon(nothing, source)
    if not isinstance(value, dict):
        where = Place(source, text.count("\n", 0, len(text) - len(text.lstrip())) + 1)
        return DockerDaemon(nothing, source, (Refusal("not a JSON object", where),))
    # Between the values of JSON a tab is a blank, and inside them there is none.
    known = text[:end].replace("\t", " ").encode("utf-8", "surrogatepass")
    tree = yaml_tree.parse(known, source, seal=seal_registry)
    return DockerDaemon(tree, source, tuple(_refused(tree)), _whole_proxies(value.get("proxies")))


def _whole_proxies(section: Any) -> Mapping[str, Secret]:
    found: dict[str, Secret] = {}
    for key, text in section.items() if isinstance(section, dict) else ():
        password = password_in(text) if isinstance(text, str) else ""
        if password:
            remember(password, "password")
            found[key] = Secret(text, "proxy address")
    return found


def _refused(tree: Located) -> list[Refusal]:
    """The settings that have another type than dockerd takes, or its name in other letters."""
    found: list[Refusal] = []
    for name, setting in tree.entries().items():
        wanted = _KINDS.get(name)
        if wanted is not None and setting.value is not None and not _is(wanted, setting):
            # Of a list the item at fault is shown.
            wrong = next((item for item in setting.items() if not isinstance(item.value, str)), setting)
            found.append(Refusal(f"{name} must be {wanted}", wrong.place, wrong.quote().quote))
        elif wanted is None and name.lower() in _KINDS:
            reason = f"dockerd knows {name.lower()} in these letters alone, not {name}"
            found.append(Refusal(reason, setting.place, setting.quote().quote))
    return found


def _is(wanted: str, setting: Located) -> bool:
    value = setting.value
    match wanted:
        case "a list of texts":
            return isinstance(value, tuple) and all(isinstance(item.value, str | None) for item in value)
        case "true or false":
            return isinstance(value, bool)
        case "a whole number":
            return isinstance(value, int) and not isinstance(value, bool)
        case _:
            return not isinstance(value, bool | int | float | tuple | dict)


def _no_constant(text: str) -> Never:
    raise json.JSONDecodeError(f"{text} is no value of JSON", text, 0)


def _words(error: json.JSONDecodeError, text: str) -> tuple[str, int]:
    """What is wrong in words that quote nothing of the file, and the line."""
    known: dict[str, str] = {
        "Expecting property name enclosed in double quotes": "a name in double quotes is missing here",
        "Illegal trailing comma before end of object": "a comma stands before the closing brace",
        "Illegal trailing comma before end of array": "a comma stands before the closing bracket",
        "Expecting ',' delimiter": "a comma is missing before this",
        "Expecting ':' delimiter": "a colon is missing here",
        "Expecting value": "a value is missing here",
    }
    if error.doc != text:  # raised by _no_constant
        return error.msg, next((number for number, line in _numbered(text) if error.doc in line), 1)
    words = known.get(error.msg, error.msg[:1].lower() + error.msg[1:])
    before = text[: error.pos].rstrip()
    rest = text[error.pos : error.pos + 1]
    if before.endswith(",") and rest in ("}", "]"):
        words = "a comma stands before the closing " + ("brace" if rest == "}" else "bracket")
    elif text.startswith(("//", "#", "/*"), error.pos):
        words = "a comment stands here, and JSON has none"
    return words, error.lineno


def _numbered(text: str) -> list[tuple[int, str]]:
    return list(enumerate(text.split("\n"), start=1))
