"""Crontabs: the lines that run something of a registry, above all its garbage collection."""

from __future__ import annotations

import difflib
import itertools
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.formats.located import Place, UnreadableError
from regdoctor.formats.secret_values import seal_shape
from regdoctor.redaction import redact

_OURS = re.compile(r"registry|garbage-collect")
"""Words of commands that have to do with a registry."""
_SETTING = re.compile(r"\s*[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']?\s*=\s*(.*)")
_CONTAINER = frozenset(("docker", "podman", "nerdctl", "docker-compose", "kubectl", "crictl"))
"""Programs that run a command where paths are a container's."""
_COLLECT = ("garbage-collect", "registry-garbage-collect")
_COLLECTORS = ("gitlab-ctl", "registry", "docker-registry")
_VALUED = frozenset(("-u", "--user", "-e", "--env", "-w", "--workdir", "--env-file", "--index"))
"""Options of `docker exec` that take a word of their own."""
_ARGUMENT = re.compile(r"-[A-Za-z]{1,3}|--(?:dry-run|delete-untagged|quiet)(?:=\w{1,5})?|/[\w./-]*\.ya?ml")
"""Arguments of the collection: its options and the configuration's path."""
_NEAR = 0.85
"""How alike a word and the name of the command must be for it to be misspelt."""
_MOST_JOBS = 2_000
"""Lines about a registry in one crontab; real ones have one or two."""
_LONGEST = 10_000
"""Characters of a line; cron itself takes commands of up to 998 (MAX_COMMAND)."""


@dataclass(frozen=True, slots=True)
class CronJob:
    """One line of a crontab."""

    schedule: str
    """The five fields, or a word such as `@weekly`."""
    user: str
    """Who runs it."""
    command: str
    """As written, with secrets wiped."""
    place: Place
    configuration_path: str = ""
    """REGISTRY_CONFIGURATION_PATH as the crontab sets it above the line."""

    def quote(self) -> Quote:
        """The line as evidence: what it does to a registry's storage. All else may hold secrets (`curl -u me:mine`)."""
        return Quote(self.place.source, f"{self.schedule} {self.user} {shown_command(self.command)}", self.place.line)


@dataclass(frozen=True, slots=True)
class GarbageCollection:
    """The collection that a command runs."""

    config: str
    """The configuration file that it names; empty for none."""
    by_gitlab_ctl: bool
    """`gitlab-ctl registry-garbage-collect`, which stops the registry itself and knows the file."""
    in_container: bool
    """Whether the file's path is that of a container."""
    delete_untagged: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class ContainerCall:
    """`docker exec` and its like in a command line: what is run in a container that runs already."""

    program: str
    """`docker`, `podman`, `nerdctl`, or `docker compose`."""
    container: str
    """The container's name, or that of the service."""


def parse_crontab(data: bytes, source: str, *, user: str | None = None) -> tuple[CronJob, ...]:
    """The jobs in `data` that have to do with a registry; what is no job is passed over, as cron does.

    user: whose crontab it is, for one of /var/spool/cron; None for /etc/crontab and /etc/cron.d, whose lines have a
    field for the user (crontab(5)).

    Raises UnreadableError where more lines have to do with a registry than are looked at, and for such a line that is
    longer than cron takes.
    """
    jobs: list[CronJob] = []
    configuration = ""
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), start=1):
        if len(line) > _LONGEST:
            if _OURS.search(line):
                raise UnreadableError(f"{source}:{number}: a line of more than {_LONGEST:,} characters")
            continue
        setting = _SETTING.fullmatch(line.rstrip("\r"))
        if setting is not None:
            if setting[1] == "REGISTRY_CONFIGURATION_PATH":
                configuration = setting[2].strip().strip("\"'")
            continue
        job = _job(line.strip(), Place(source, number), user, configuration)
        if job is not None:
            jobs.append(job)
        if len(jobs) > _MOST_JOBS:
            raise UnreadableError(f"{source}:{number}: more than {_MOST_JOBS:,} lines about a registry")
    return tuple(jobs)


def _job(line: str, place: Place, user: str | None, configuration: str) -> CronJob | None:
    if not line or line.startswith("#"):
        return None
    count = (1 if line.startswith("@") else 5) + (user is None)
    fields = line.split(None, count)
    if len(fields) <= count or not _OURS.search(fields[count]):
        return None
    owner = user if user is not None else fields[count - 1]
    schedule = " ".join(fields[: count - (user is None)])
    command = str(seal_shape(fields[count], redact(fields[count])))
    return CronJob(schedule, owner, command, place, configuration)


def garbage_collection(job: CronJob) -> GarbageCollection | None:
    """What the job collects, if it runs the registry's `garbage-collect`; None for anything else.

    A script of one's own that does so is not seen through.
    """
    return collection_in(job.command, job.configuration_path)


def collection_in(command: str, configuration_path: str = "") -> GarbageCollection | None:
    """What a command line collects, if it runs `garbage-collect`.

    configuration_path: REGISTRY_CONFIGURATION_PATH as it is set where the line runs.
    """
    words = _words(command)
    at = next((index for index, word in enumerate(words) if word in _COLLECT), None)
    if at is None:
        return None
    before, after = words[:at], _arguments(words[at + 1 :])
    inline = next((word.partition("=")[2] for word in before if word.startswith("REGISTRY_CONFIGURATION_PATH=")), "")
    in_container = any(word.rpartition("/")[2] in _CONTAINER for word in before)
    named = next((word for word in after if not word.startswith("-")), "")
    flags = {word.partition("=")[0] for word in after if word.startswith("-")}
    short = {letter for flag in flags if not flag.startswith("--") for letter in flag[1:]}
    return GarbageCollection(
        config=named or inline or ("" if in_container else configuration_path),
        by_gitlab_ctl=words[at] == _COLLECT[1],
        in_container=in_container,
        delete_untagged="--delete-untagged" in flags or "m" in short,
        dry_run="--dry-run" in flags or "d" in short,
    )


def container_call(command: str) -> ContainerCall | None:
    """The container in which a command line runs something; None where it runs it elsewhere, or in a new one."""
    words = _words(command)
    for index, word in enumerate(words):
        program = word.rpartition("/")[2]
        if program not in ("docker", "podman", "nerdctl", "docker-compose"):
            continue
        rest = words[index + 1 :]
        is_compose = program == "docker-compose" or rest[:1] == ["compose"]
        if "exec" not in rest:
            continue
        name = _first_plain(rest[rest.index("exec") + 1 :])
        if name:
            return ContainerCall("docker compose" if is_compose and program != "podman" else program, name)
    return None


def _first_plain(words: list[str]) -> str:
    """The first word that is no option, nor an option's value."""
    waiting = iter(words)
    for word in waiting:
        if word in _VALUED:
            next(waiting, None)
        elif not word.startswith("-"):
            return word
    return ""


def shown_command(command: str) -> str:
    """Of a command line what collects garbage: the programs, its options and files; all else is an ellipsis."""
    words = _words(command)
    at = next((index for index, word in enumerate(words) if word in _COLLECT), None)
    if at is None:
        at = next((index for index, _ in _misspelt(words)), None)
    if at is None:
        return "…"
    start = max((index + 1 for index, word in enumerate(words[:at]) if word[:1] in tuple(";|&<>()")), default=0)
    before = [_shown_program(word) for word in words[start:at]]
    after = [word if _ARGUMENT.fullmatch(word) else "…" for word in _arguments(words[at + 1 :])]
    whole = [*(["…"] if start else []), *before, words[at], *after]
    if start + len(before) + 1 + len(after) < len(words):
        whole.append("…")
    return " ".join(word for word, _ in itertools.groupby(whole))


def _shown_program(word: str) -> str:
    """A word before the collection: the program that collects, or the one that runs it in a container."""
    return word if word.rpartition("/")[2] in (*_COLLECTORS, *_CONTAINER, "exec", "run", "compose", "sudo") else "…"


def misspelt_collection(job: CronJob) -> tuple[str, str] | None:
    """The word of a job that is all but the name of a collection, and that name; None where there is none.

    It must follow a program that collects: elsewhere it may be a script or a container of one's own.
    """
    if garbage_collection(job) is not None:
        return None
    words = _words(job.command)
    return next(((words[index], near) for index, near in _misspelt(words)), None)


def _misspelt(words: list[str]) -> Iterator[tuple[int, str]]:
    """Where a program that collects is followed by what is all but the name of a collection, and that name."""
    for index, (program, word) in enumerate(itertools.pairwise(words), start=1):
        if program.rpartition("/")[2] not in _COLLECTORS:
            continue
        near = difflib.get_close_matches(word, _COLLECT, 1, _NEAR)
        if near and word not in _COLLECT:
            yield index, near[0]


def _words(command: str) -> list[str]:
    spaced = re.sub(r"([;|&<>()]+)", r" \1 ", command)
    try:
        return [inner for word in shlex.split(spaced) for inner in (word.split() if _COLLECT[0] in word else [word])]
    except ValueError:
        return spaced.split()


def _arguments(words: list[str]) -> list[str]:
    """The words up to where the shell's next command or a redirection begins."""
    end = next((index for index, word in enumerate(words) if word[:1] in tuple(";|&<>()")), len(words))
    taken = words[:end]
    # `2>&1` has lost its sign above: the number of a stream is no argument.
    return [word for word in taken if not word.isdigit()]
