"""Crontabs: the lines that run something of a registry, above all its garbage collection."""

from __future__ import annotations

import difflib
import itertools
import re
import shlex
from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.formats.located import Place
from regdoctor.formats.secret_values import seal_shape
from regdoctor.redaction import redact

_OURS = re.compile(r"registry|garbage-collect")
_SETTING = re.compile(r"\s*[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']?\s*=\s*(.*)")
_CONTAINER = frozenset(("docker", "podman", "nerdctl", "docker-compose", "kubectl", "crictl"))
"""Programs that run a command where paths are a container's."""
_COLLECT = ("garbage-collect", "registry-garbage-collect")
_COLLECTORS = ("gitlab-ctl", "registry", "docker-registry")
_VALUED = frozenset(("-u", "--user", "-e", "--env", "-w", "--workdir", "--env-file", "--index"))
"""Options of `docker exec` that take a word of their own."""
_NEAR = 0.85
"""How alike a word and the name of the command must be for it to be misspelt."""
_MOST_LINES = 20_000


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
        """The line as evidence."""
        return Quote(self.place.source, f"{self.schedule} {self.user} {self.command}", self.place.line)


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
    """
    jobs: list[CronJob] = []
    configuration = ""
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n")[:_MOST_LINES], start=1):
        setting = _SETTING.fullmatch(line.rstrip("\r"))
        if setting is not None:
            if setting[1] == "REGISTRY_CONFIGURATION_PATH":
                configuration = setting[2].strip().strip("\"'")
            continue
        job = _job(line.strip(), Place(source, number), user, configuration)
        if job is not None and _OURS.search(job.command):
            jobs.append(job)
    return tuple(jobs)


def _job(line: str, place: Place, user: str | None, configuration: str) -> CronJob | None:
    if not line or line.startswith("#"):
        return None
    count = (1 if line.startswith("@") else 5) + (user is None)
    fields = line.split(None, count)
    if len(fields) <= count:
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


def misspelt_collection(job: CronJob) -> tuple[str, str] | None:
    """The word of a job that is all but the name of a collection, and that name; None where there is none.

    It must follow a program that collects: elsewhere it may be a script or a container of one's own.
    """
    if garbage_collection(job) is not None:
        return None
    words = _words(job.command)
    for program, word in itertools.pairwise(words):
        if program.rpartition("/")[2] not in _COLLECTORS:
            continue
        near = difflib.get_close_matches(word, _COLLECT, 1, _NEAR)
        if near and word not in _COLLECT:
            return word, near[0]
    return None


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
