"""Files of `NAME=value` lines: .env and env_file of Compose, --env-file of docker, EnvironmentFile of systemd."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regdoctor.formats.located import Place

# Each takes a run of characters in one way only, so that time grows in proportion to the line.
_EXPORT = re.compile(r"export\s+")
_QUOTED = re.compile(r"(?P<mark>[\"'])(?P<text>(?:\\.|(?!(?P=mark))[^\\])*\\?)(?P=mark)\s*(?:[#;].*)?")
_COMMENT = re.compile(r"(?<!\s)\s+#.*")


@dataclass(frozen=True, slots=True)
class FileVariable:
    """One variable of such a file."""

    name: str
    value: str
    place: Place


def parse_variable_file(data: bytes, source: str, *, quotes: bool = True) -> tuple[FileVariable, ...]:
    """The variables of a file, in its order; lines that set none are passed over.

    quotes: False for docker's --env-file, which takes all after the first `=` as it is.
    Sources: the Compose specification (env_file), `docker run --help`, systemd.exec(5) (EnvironmentFile=).
    """
    found = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        name, equals, value = line.lstrip().partition("=")
        if quotes:
            name = name.rstrip()
            exported = _EXPORT.match(name)
            name, value = name[exported.end() :] if exported else name, _unquoted(value.strip())
        if equals and name and not name.startswith((";", "#")):
            found.append(FileVariable(name, value, Place(source, number, "environment")))
    return tuple(found)


def _unquoted(text: str) -> str:
    quoted = _QUOTED.fullmatch(text)
    if quoted is None:
        return _COMMENT.sub("", text).rstrip()
    inner = quoted["text"]
    return (
        inner if quoted["mark"] == "'" else re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), inner)
    )
