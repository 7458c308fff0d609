"""What the commands of `regdoctor token` take: their options, and what is read by them."""

from __future__ import annotations

import dataclasses
import enum
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regdoctor.exit_codes import UsageError

if TYPE_CHECKING:
    from regdoctor.distribution.generation import Generation
    from regdoctor.distribution.scopes import Access
    from regdoctor.distribution.token_verdicts import TokenTrust, TrustedKey
    from regdoctor.target import Target

TRUST, LOGIN, REPORT = "What the registry trusts", "Who asks", "What to report"
_ON_REPOSITORIES = ("pull", "push", "delete", "*")
_ACTION = re.compile(r"\*|[a-z]{1,32}")
_RESOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,254}")
LIMIT = 60.0
"""Seconds for everything that is asked or read."""


class ProductName(enum.StrEnum):
    """The registries that have rules of their own, as a person names them."""

    DISTRIBUTION_2 = "2.8"
    DISTRIBUTION_3 = "3"
    GITLAB = "gitlab"


class Form(enum.StrEnum):
    """How the answer is shown."""

    HUMAN = "human"
    JSON = "json"


Certs = Annotated[
    list[Path] | None,
    typer.Option("--cert", metavar="FILE", help="A rootcertbundle; repeatable.", rich_help_panel=TRUST),
]
KeySets = Annotated[
    list[Path] | None,
    typer.Option("--jwks", metavar="FILE", help="distribution 3's auth.token.jwks.", rich_help_panel=TRUST),
]
Issuer = Annotated[
    str | None, typer.Option(metavar="TEXT", help="auth.token.issuer of the registry.", rich_help_panel=TRUST)
]
Service = Annotated[
    str | None, typer.Option(metavar="TEXT", help="auth.token.service of the registry.", rich_help_panel=TRUST)
]
Named = Annotated[
    ProductName | None, typer.Option("--product", help="Which registry it is for.", rich_help_panel=TRUST)
]
Roots = Annotated[
    list[Path] | None,
    typer.Option("--root", metavar="DIR", help="The registry host's tree: / on the host.", rich_help_panel=TRUST),
]
Configs = Annotated[
    list[Path] | None,
    typer.Option("--config", metavar="FILE", help="The registry's config.yml; repeatable.", rich_help_panel=TRUST),
]
For = Annotated[
    str | None,
    typer.Option("--for", metavar="REPOSITORY[:ACTIONS]", help="What it is to be used for.", rich_help_panel=TRUST),
]
ShowToken = Annotated[bool, typer.Option("--show-token", help="Print the token itself too.", rich_help_panel=REPORT)]
Format = Annotated[Form, typer.Option("--format", help="How the answer is shown.", rich_help_panel=REPORT)]


def scope_of(text: str) -> Access:
    """`group/project` (pull), `group/project:pull,push`, or whole: `registry:catalog:*`. Raises UsageError."""
    from regdoctor.distribution.reference_grammar import is_repository
    from regdoctor.distribution.scopes import Access

    parts = text.split(":")
    if len(parts) > 3:
        raise UsageError(f"{text!r}: not REPOSITORY[:ACTIONS], such as group/project:pull,push.")
    kind, name, listed = parts if len(parts) == 3 else ("repository", *parts, *["pull"] * (2 - len(parts)))
    actions = tuple(dict.fromkeys(listed.split(",")))
    is_named = is_repository(name) if kind == "repository" else _RESOURCE.fullmatch(name) is not None
    if not _RESOURCE.fullmatch(kind) or not is_named or not all(map(_ACTION.fullmatch, actions)):
        raise UsageError(f"{text!r}: not REPOSITORY[:ACTIONS], such as group/project:pull,push.")
    return Access(kind, name, actions)


def unknown_actions(asked: Access) -> str:
    """A sentence where an action is asked for that no registry wants of a token; else empty.

    Source of the actions: registry/handlers/app.go of distribution, appendAccessRecords and appendCatalogAccessRecord.
    """
    known = {"repository": _ON_REPOSITORIES, "registry": ("*",)}.get(asked.type)
    strange = [action for action in asked.actions if known is not None and action not in known]
    if known is None or not strange:
        return ""
    which = "actions that no registry knows" if len(strange) > 1 else "an action that no registry knows"
    return f"--for {asked.name}: {', '.join(strange)}: {which}; on a {asked.type} it is {', '.join(known)}."


def read_input(file: str) -> bytes:
    """The content of the file, or of standard input for `-`. Raises UsageError where it cannot be read."""
    from regdoctor.formats.located import UnreadableError
    from regdoctor.probes.files import read_file
    from regdoctor.tokens.token_input import LARGEST

    if file == "-":
        return sys.stdin.buffer.read(LARGEST + 1) if sys.stdin is not None else b""
    try:
        return read_file(Path(file), LARGEST)
    except UnreadableError as error:
        raise UsageError(str(error)) from error


def target_of(registry: str | None, root: list[Path] | None, config: list[Path] | None) -> Target:
    """What is examined for what the registry trusts. Raises UsageError for words that name nothing."""
    from regdoctor.catalogue import CONFIG
    from regdoctor.cli import options

    return options.target(
        (CONFIG,),
        registry=registry,
        gitlab=None,
        debug_url=None,
        config=config or [],
        roots=root or [],
        repository=None,
        login=None,
        ca_file=None,
        allow_writes=False,
        timeout=LIMIT,
        dialect=None,
    )


def trust_of_options(
    evidence: Mapping[type, Any],
    cert: list[Path] | None,
    jwks: list[Path] | None,
    issuer: str | None,
    service: str | None,
) -> TokenTrust:
    """What the options say, else the configuration."""
    from regdoctor.formats.token_keys import keys_of_certificates, keys_of_jwks
    from regdoctor.probes.token_trust import trust_of

    found = trust_of(evidence)
    keys = [key for path in cert or () for key in _keys(path, keys_of_certificates)]
    keys += [key for path in jwks or () for key in _keys(path, keys_of_jwks)]
    trust = dataclasses.replace(found, issuer=issuer or found.issuer, service=service or found.service)
    return dataclasses.replace(trust, keys=tuple(keys), unread="") if keys else trust


def generation_of_options(evidence: Mapping[type, Any], named: ProductName | None) -> Generation | None:
    """The registry that was named, else the one that was found; None where nothing tells."""
    from regdoctor.distribution.generation import Generation
    from regdoctor.probes.token_trust import generation_of

    return Generation[named.name] if named is not None else generation_of(evidence)


def _keys(path: Path, read: Callable[[bytes, str], tuple[TrustedKey, ...]]) -> tuple[TrustedKey, ...]:
    from regdoctor.formats.located import UnreadableError
    from regdoctor.probes.files import read_file

    try:
        return read(read_file(path), str(path))
    except (UnreadableError, ValueError) as error:
        raise UsageError(f"{error}.") from error
