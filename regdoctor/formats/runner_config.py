"""GitLab Runner's config.toml: how each runner starts the containers of its jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from regdoctor.formats import toml_tree
from regdoctor.formats.located import Located, Scalar
from regdoctor.formats.secret_values import seal_registry, seal_shape
from regdoctor.redaction import remember

_SECRET_VARIABLE = re.compile(r"(?i)auth|passw|secret|token|credential|_key\b|apikey")
_INNER_AUTH = re.compile(r'\\?"(?:auth|password|identitytoken)\\?"\s{0,9}:\s{0,9}\\?"([^"\\]{4,})')
"""Credentials within DOCKER_AUTH_CONFIG, which is Docker's config.json as one text."""


@dataclass(frozen=True, slots=True)
class Service:
    """A container that a runner starts beside every job."""

    tree: Located
    """A text (the image), or a table with name, alias, command, entrypoint, environment."""

    def image(self) -> Located | None:
        """The image's name."""
        return self.tree.at("name") if self.tree.entries() else self.tree

    def command(self) -> tuple[str, ...]:
        """The arguments that its program gets."""
        command = self.tree.at("command")
        return tuple(item.text() or "" for item in command.items()) if command is not None else ()


@dataclass(frozen=True, slots=True)
class Runner:
    """One [[runners]] table."""

    tree: Located

    def executor(self) -> str:
        """How it runs jobs: `docker`, `shell`, `kubernetes`, `docker+machine` …"""
        found = self.tree.at("executor")
        return (found.text() if found is not None else None) or ""

    def docker(self, *path: str) -> Located | None:
        """[runners.docker], or the value at a path below it."""
        return self.tree.at("docker", *path)

    def services(self) -> tuple[Service, ...]:
        """The services of every job; those that .gitlab-ci.yml adds are not known here."""
        found = self.docker("services")
        return tuple(Service(item) for item in found.items()) if found is not None else ()

    def volumes(self) -> Iterator[tuple[str, str]]:
        """Each mounted volume as the host's path (empty for an anonymous one) and the path in the containers."""
        found = self.docker("volumes")
        for item in found.items() if found is not None else ():
            parts = (item.text() or "").split(":")
            yield ("", parts[0]) if len(parts) == 1 else (parts[0], parts[1])


@dataclass(frozen=True, slots=True)
class RunnerConfig:
    """One config.toml. Tokens, passwords, and variables that hold such are wrapped or wiped."""

    tree: Located
    source: str

    def runners(self) -> tuple[Runner, ...]:
        """Every runner, in the order of the file."""
        found = self.tree.at("runners")
        return tuple(Runner(item) for item in found.items()) if found is not None else ()


@dataclass(frozen=True, slots=True)
class RunnerConfigs:
    """Every config.toml that was found or named."""

    files: tuple[RunnerConfig, ...]


def parse_runner_config(data: bytes, source: str) -> RunnerConfig:
    """The settings in `data`, which was read from `source`. Raises UnreadableError where it is not TOML.

    Source of the format: https://docs.gitlab.com/runner/configuration/advanced-configuration/.
    """
    return RunnerConfig(toml_tree.parse(data, source, seal=_seal), source)


def _seal(path: tuple[str, ...], text: str, value: Scalar) -> Scalar:
    keys = [key for key in path if not key.isdigit()]
    if keys[-1] == "environment" and isinstance(value, str):
        return _variable(value)
    return seal_registry(path, text, value)


def _variable(assignment: str) -> Scalar:
    name, equals, content = assignment.partition("=")
    if not equals or not content or not _SECRET_VARIABLE.search(name):
        return seal_shape(assignment, assignment)
    for inner in _INNER_AUTH.findall(content):
        remember(inner, "credentials")
    remember(content, name)
    return f"{name}=[redacted {name}]"
