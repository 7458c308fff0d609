"""`docker run` and `podman run`: the container that the words of the command start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from regdoctor.formats.compose_entries import parse_mount, parse_ports
from regdoctor.formats.container_service import ContainerService, Mount, Port, Variable
from regdoctor.formats.located import Computed, Located, Place
from regdoctor.formats.systemd_words import Word
from regdoctor.formats.variable_file import FileVariable

_SWITCHES = frozenset(
    (
        *("-d", "--detach", "-i", "--interactive", "-t", "--tty", "--rm", "--init", "--privileged", "--read-only"),
        *("-P", "--publish-all", "--no-healthcheck", "--oom-kill-disable", "--disable-content-trust", "-q", "--quiet"),
        *("--sig-proxy", "--replace", "--no-hosts", "--help"),
    )
)
"""Options that take no value after a space (docker-run(1), podman-run(1)); all others do."""
_LONG = {"-e": "--env", "-v": "--volume", "-p": "--publish", "-h": "--hostname"}


@dataclass(slots=True)
class _Given:
    options: list[tuple[str, str, int]] = field(default_factory=list)
    """Name, value and line of each."""
    rest: list[Word] = field(default_factory=list)
    """The image and what follows it."""


def parse_docker_run(
    words: tuple[Word, ...], source: str, files: Mapping[str, tuple[FileVariable, ...] | None] | None = None
) -> ContainerService | None:
    """The container of the words after `run`; None where they name no image.

    files: by the path as written, what each --env-file holds; None for one that could not be read.
    Variables and specifiers of systemd in a word (`${NAME}`, `%i`) make what it says Computed.
    """
    given = _parted(words)
    if not given.rest:
        return None
    image = given.rest[0]
    unread: Located | None = None
    variables: list[Variable] = []
    for name, path, line in given.options:
        if name == "--env-file":
            content = (files or {}).get(path)
            if content is None:
                unread = Located(path, Place(source, line), "--env-file")
            else:
                variables.extend(Variable(one.name, one.value, one.place) for one in content)
    variables.extend(_variable(text, Place(source, line, "environment")) for text, line in _of(given, "--env"))
    entry = [text for text, _ in _of(given, "--entrypoint")]
    return ContainerService(
        name=next((text for text, _ in _of(given, "--name")), "container"),
        place=Place(source, image.line),
        image=Located(_known(image.text), Place(source, image.line), "image"),
        variables=tuple(variables),
        mounts=tuple(_mounts(given, source)),
        ports=tuple(_ports(given, source)),
        words=(*entry, *(word.text for word in given.rest[1:])),
        host_network=any(text == "host" for name in ("--network", "--net") for text, _ in _of(given, name)),
        elsewhere=unread
        or next(
            (Located(text, Place(source, at), "--volumes-from") for text, at in _of(given, "--volumes-from")), None
        ),
    )


def env_files(words: tuple[Word, ...]) -> tuple[str, ...]:
    """The paths of all --env-file options."""
    return tuple(text for text, _ in _of(_parted(words), "--env-file"))


def _parted(words: tuple[Word, ...]) -> _Given:
    given = _Given()
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        if not word.text.startswith("-") or word.text == "-":
            given.rest = [word, *reversed(waiting)]
            break
        name, value = _option(word.text)
        if value is None and name not in _SWITCHES:
            value = waiting.pop().text if waiting else ""
        given.options.append((_LONG.get(name, name), value or "", word.line))
    return given


def _option(text: str) -> tuple[str, str | None]:
    """Name and value of one word: `--name=value`, `-p5000:5000`, `-dp` (then the value is the next word, None)."""
    if text.startswith("--") or len(text) == 2:
        name, equals, value = text.partition("=")
        return name, value if equals else None
    start = next((index for index, letter in enumerate(text) if index and f"-{letter}" not in _SWITCHES), len(text))
    letters = text[start:]
    if not letters:
        return f"-{text[-1]}", None
    return f"-{letters[0]}", letters[1:].removeprefix("=") or None


def _of(given: _Given, name: str) -> list[tuple[str, int]]:
    return [(value, line) for option, value, line in given.options if option == name]


def _variable(text: str, place: Place) -> Variable:
    name, equals, value = text.partition("=")
    if not equals:
        return Variable(name, Computed(f"{name} of the environment of docker"), place)
    known = _known(value)
    return Variable(name, known, place)


def _known(text: str) -> str | Computed:
    is_open = "$" in text.replace("$$", "") or any(f"%{letter}" in text.replace("%%", "") for letter in "inpfhHmuUtT")
    return Computed(text) if is_open else text.replace("$$", "$").replace("%%", "%")


def _mounts(given: _Given, source: str) -> Iterator[Mount]:
    for text, line in _of(given, "--volume"):
        mount = parse_mount(text, Located(text, Place(source, line), "-v"))
        if mount is not None:
            yield mount
    for text, line in _of(given, "--mount"):
        said = dict(part.partition("=")[::2] for part in text.split(","))
        target = said.get("target") or said.get("destination") or said.get("dst") or ""
        origin = said.get("source") or said.get("src")
        kind = said.get("type", "volume")
        if target:
            kind = "anonymous" if kind == "volume" and not origin else kind
            yield Mount(
                kind, origin, target, Located(text, Place(source, line), "--mount"), "readonly" in said or "ro" in said
            )
    for text, line in _of(given, "--tmpfs"):
        yield Mount("tmpfs", None, text.partition(":")[0], Located(text, Place(source, line), "--tmpfs"))


def _ports(given: _Given, source: str) -> Iterator[Port]:
    for text, line in _of(given, "--publish"):
        yield from parse_ports(text, Located(text, Place(source, line), "-p"))
