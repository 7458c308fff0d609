"""systemd units with their drop-ins: the assignments that count, each with file and line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regdoctor.formats.container_service import Variable
from regdoctor.formats.located import Located, Place
from regdoctor.formats.systemd_words import Word, split

_REGISTRIES = ("registry", "docker-registry")
_CONTAINERS = ("docker", "podman", "nerdctl")
_PREFIXES = "@-:+!|"
"""What may stand before the program of ExecStart= (systemd.service(5))."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One `Key=value` line, with the lines that continue it."""

    section: str
    key: str
    value: str
    place: Place

    def located(self) -> Located:
        """The assignment as evidence."""
        return Located(" ".join(self.value.replace("\\\n", " ").split()), self.place, self.key)


@dataclass(frozen=True, slots=True)
class SystemdUnit:
    """A unit, its drop-ins laid over it."""

    source: str
    """The unit's own file, or the first drop-in."""
    assignments: tuple[Assignment, ...]
    """In the order in which they are read."""

    def last(self, key: str, section: str = "Service") -> Assignment | None:
        """The assignment of a setting that takes one value: the last one, none where that is empty."""
        found = self.every(key, section)
        return found[-1] if found else None

    def every(self, key: str, section: str = "Service") -> tuple[Assignment, ...]:
        """The assignments of a setting that takes several: an empty one takes back all before it."""
        found: list[Assignment] = []
        for one in self.assignments:
            if (one.section, one.key) != (section, key):
                continue
            if one.value.strip():
                found.append(one)
            else:
                found.clear()
        return tuple(found)

    def environment(self) -> tuple[Variable, ...]:
        """The variables of Environment=, in order."""
        found = []
        for one in self.every("Environment"):
            for word in split(one.value, one.place.line or 1):
                name, equals, value = word.text.partition("=")
                if equals and name:
                    found.append(Variable(name, value, _at(one, word)))
        return tuple(found)

    def environment_files(self) -> tuple[tuple[str, bool, Assignment], ...]:
        """The paths of EnvironmentFile=, whether each must be there (no leading `-`), and what says so."""
        found = self.every("EnvironmentFile")
        return tuple((one.value.strip().lstrip("-"), not one.value.lstrip().startswith("-"), one) for one in found)

    def commands(self) -> tuple[tuple[Word, ...], ...]:
        """The words of each ExecStart=, without what may stand before the program."""
        found = []
        for one in self.every("ExecStart"):
            first, *rest = split(one.value, one.place.line or 1) or (Word("", 0),)
            found.append((Word(first.text.lstrip(_PREFIXES), first.line), *rest))
        return tuple(found)

    def registry_command(self) -> tuple[Word, ...] | None:
        """The command that runs a registry itself, `registry serve FILE`; None where the unit has none."""
        for words in self.commands():
            if _program(words) in _REGISTRIES and any(word.text == "serve" for word in words[1:]):
                return words
        return None

    def container_command(self) -> tuple[Word, ...] | None:
        """The words after `docker run`; None where the unit starts no container."""
        for words in self.commands():
            texts = [word.text for word in words]
            if _program(words) in _CONTAINERS and "run" in texts:
                return words[texts.index("run") + 1 :]
        return None


def parse_systemd_unit(files: Iterable[tuple[bytes, str]]) -> SystemdUnit:
    """The unit in files (content and path): its own first, then the drop-ins in the order of their names.

    Lines that are no assignment are passed over, as systemd does with a warning. Source: systemd.syntax(7).
    """
    found: list[Assignment] = []
    sources: list[str] = []
    for data, source in files:
        sources.append(source)
        found.extend(_assignments(data.decode("utf-8", "replace"), source))
    return SystemdUnit(next(iter(sources), ""), tuple(found))


def _assignments(text: str, source: str) -> Iterable[Assignment]:
    section = ""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    number = 0
    while number < len(lines):
        start, line = number, lines[number]
        number += 1
        if line.lstrip().startswith(("#", ";")) or not line.strip():
            continue
        while line.endswith("\\") and number < len(lines):
            # A comment between continued lines is left out, its line counts all the same.
            more = lines[number]
            line += "\n" + ("\\" if more.lstrip().startswith(("#", ";")) else more)
            number += 1
        if line.startswith("[") and line.rstrip().endswith("]"):
            section = line.strip()[1:-1]
            continue
        key, equals, value = line.partition("=")
        if equals:
            yield Assignment(section, key.strip(), value, Place(source, start + 1))


def _at(one: Assignment, word: Word) -> Place:
    return Place(one.place.source, word.line, "environment")


def _program(words: tuple[Word, ...]) -> str:
    return words[0].text.rpartition("/")[2] if words else ""
