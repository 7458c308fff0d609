"""Files of `NAME=value` lines: .env and env_file of Compose, --env-file of docker, EnvironmentFile of systemd."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regdoctor.formats.located import Place

_LINE = re.compile(r"(?:export\s+)?(?P<name>[^=\s#][^=]*?)\s*=\s*(?P<value>.*)")
_RAW = re.compile(r"(?P<name>[^=\s#][^=]*)=(?P<value>.*)")
_QUOTED = re.compile(r"(?P<mark>[\"'])(?P<text>(?:\\.|(?!(?P=mark)).)*)(?P=mark)\s*(?:[#;].*)?")
_COMMENT = re.compile(r"\s+#.*")


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
        match = (_LINE if quotes else _RAW).fullmatch(line.strip() if quotes else line.lstrip())
        if match is not None and not match["name"].startswith((";", "#")):
            value = _unquoted(match["value"]) if quotes else match["value"]
            found.append(FileVariable(match["name"], value, Place(source, number, "environment")))
    return tuple(found)


def _unquoted(text: str) -> str:
    quoted = _QUOTED.fullmatch(text)
    if quoted is None:
        return _COMMENT.sub("", text).rstrip()
    inner = quoted["text"]
    return (
        inner if quoted["mark"] == "'" else re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), inner)
    )
