"""Remedies applied to a tree by machine, as a reader would paste them."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from regdoctor.check import Dialect, Fail, Remedy

DIALECTS = {
    "omnibus": Dialect.OMNIBUS,
    "repository": Dialect.OMNIBUS,
    "helm": Dialect.HELM,
    "compose": Dialect.COMPOSE,
    "gitlab-compose": Dialect.COMPOSE,
    "source": Dialect.SOURCE,
    "plain": Dialect.PLAIN,
    "client": Dialect.PLAIN,
}
"""How each healthy tree was installed."""
_CONFIG = Path("etc/docker/registry/config.yml")
_GITLAB = Path("home/git/gitlab/config/gitlab.yml")
_RUBY = re.compile(r"(?:registry|gitlab_rails)(?:\[[^\]]+\])+ = ")
_DIRECTIVE = re.compile(r"(?:#[^\n]*\n)?((?:[a-z_]+ [^{};\n]*;\n?)+)")
_SAME = re.compile(r"(proxy_set_header\s+\S+|\S+)")
"""What of a directive tells which it is: two headers stand beside each other."""
_RENAMED = re.compile(r"Write (\S+) in the place of (\S+?)[.,]?(?: |$)")
_MOVED = re.compile(r"Move (\S+) below")
_REMOVED = re.compile(r"Remove (\S+) from the registry's config\.yml")


class UnappliedError(Exception):
    """The remedy is for people: no machine knows where it goes."""


def apply(fail: Fail, tree: str, root: Path) -> None:
    """Do what the remedy of `fail` says to the tree at `root`; raises UnappliedError where that takes a person."""
    dialect = DIALECTS[tree]
    remedy = fail.remedy.get(dialect) or fail.remedy[Dialect.PLAIN]
    done = [_act(command, remedy, fail, tree, root) for command in remedy.commands]
    if not any(done) and not _renamed_or_removed(remedy, root):
        raise UnappliedError(remedy.text)


def _act(command: str, remedy: Remedy, fail: Fail, tree: str, root: Path) -> bool:
    """Whether the command changed a file."""
    directives = _DIRECTIVE.fullmatch(command)
    if directives is not None:
        for line in directives[1].splitlines():
            _write_directive(line, fail)
        return True
    if command.startswith("sudo chmod "):
        _, _, mode, file = shlex.split(command)
        (root / file.lstrip("/")).chmod(int(mode, 8))
        return True
    if tree == "repository" and _RUBY.match(command):
        return _set_ruby(command, root / "gitlab.rb")
    if command.startswith("helm upgrade ") and "registry." in command:
        return _set_values(shlex.split(command), root / "values.yaml")
    if tree == "compose" and re.match(r"REGISTRY_[A-Z0-9_]+: ", command):
        return _set_variable(command, remedy.text, root / "docker-compose.yml")
    piece = yaml.safe_load(command) if re.match(r"[a-z]+:(?: |\n)", command) else None
    if not isinstance(piece, dict) or tree not in ("plain", "source"):
        return False
    _renamed_or_removed(remedy, root)
    return _merge_file(root / (_GITLAB if "gitlab.yml" in remedy.text else _CONFIG), piece)


def _write_directive(line: str, fail: Fail) -> None:
    """In the place of the quoted directive of that name, or else into the quoted block."""
    name = _name(line)
    quoted = [one for one in fail.evidence if one.line and "nginx" in one.source]
    at = next((one for one in quoted if _name(_lines(one.source)[one.line - 1]) == name), None)  # type: ignore[operator]
    if at is None:
        at = next((one for one in quoted if _lines(one.source)[one.line - 1].rstrip().endswith("{")), None)  # type: ignore[operator]
        if at is None or at.line is None:
            raise UnappliedError(line)
        lines = _lines(at.source)
        inside = next((i for i in _block(lines, at.line) if _name(lines[i]) == name), None)
        lines[slice(at.line, at.line) if inside is None else slice(inside, inside + 1)] = [line]
    else:
        lines = _lines(at.source)
        lines[(at.line or 0) - 1] = line
    Path(at.source).write_text("\n".join(lines) + "\n")


def _block(lines: list[str], first: int) -> Iterator[int]:
    """The indexes of lines from `first` up to the end of their block."""
    for index in range(first, len(lines)):
        if lines[index].strip() == "}":
            return
        yield index


def _lines(file: str) -> list[str]:
    return Path(file).read_text().splitlines()


def _name(line: str) -> str:
    found = _SAME.match(line.strip())
    return " ".join(found[1].split()) if found else ""


def _set_values(words: list[str], file: Path) -> bool:
    values = yaml.safe_load(file.read_text())
    for option, said in itertools.pairwise(words):
        if option in ("--set", "--set-string"):
            name, _, text = said.partition("=")
            value = text if option == "--set-string" else yaml.safe_load(text)
            for key in reversed(name.split(".")):
                value = {key: value}
            values = merged(values, value)
    file.write_text(yaml.safe_dump(values, sort_keys=False))
    return True


def _set_ruby(command: str, file: Path) -> bool:
    """In the place of the line that sets the same, or else at the end."""
    name = command.partition("=")[0]
    lines = [line for line in file.read_text().splitlines() if not line.startswith(name)]
    file.write_text("\n".join([*lines, command]) + "\n")
    return True


def _set_variable(command: str, text: str, file: Path) -> bool:
    project = yaml.safe_load(file.read_text())
    environment = project["services"]["registry"].setdefault("environment", {})
    said = yaml.safe_load(command)
    for name in re.findall(r"in the place of (REGISTRY_[A-Z0-9_]+)", text):
        environment.pop(name, None)
    if isinstance(environment, list):
        kept = [line for line in environment if line.partition("=")[0] not in said]
        project["services"]["registry"]["environment"] = [*kept, *(f"{key}={value}" for key, value in said.items())]
    else:
        environment.update(said)
    file.write_text(yaml.safe_dump(project, sort_keys=False))
    return True


def _merge_file(file: Path, piece: dict[str, Any]) -> bool:
    here = yaml.safe_load(file.read_text())
    if file.name == "gitlab.yml" and "production" in here:
        piece = {"production": piece}
    file.write_text(yaml.safe_dump(merged(here, piece), sort_keys=False))
    return True


def merged(here: Any, piece: Any) -> Any:
    """What a reader gets who lays the piece over what is there: lists of mappings go by position."""
    if isinstance(here, dict) and isinstance(piece, dict):
        return {**here, **{key: merged(here.get(key), value) for key, value in piece.items()}}
    if isinstance(here, list) and isinstance(piece, list) and all(isinstance(item, dict) for item in (*here, *piece)):
        paired = [merged(old, new) for old, new in zip(here, piece, strict=False)]
        return [*paired, *here[len(paired) :], *piece[len(paired) :]]
    return piece


def _renamed_or_removed(remedy: Remedy, root: Path) -> bool:
    """Take the setting away that the text says to remove, or give its value the other name."""
    renamed, removed = _RENAMED.match(remedy.text), _REMOVED.search(remedy.text)
    file = root / _CONFIG
    moved = _MOVED.search(remedy.text)
    if not file.exists() or not (renamed or removed or moved):
        return False
    tree = yaml.safe_load(file.read_text())
    old = renamed[2] if renamed else removed[1] if removed else f"storage.{moved[1]}" if moved else ""
    value = _taken(tree, old.split("."))
    if renamed and value is not None:
        for key in reversed(renamed[1].split(".")):
            value = [value] if key.isdigit() else {key: value}
        tree = merged(tree, value)
    file.write_text(yaml.safe_dump(tree, sort_keys=False))
    return True


def _taken(tree: Any, path: list[str]) -> Any:
    for key in path[:-1]:
        tree = tree[int(key)] if isinstance(tree, list) else tree.get(key, {})
    return tree.pop(path[-1], None)
