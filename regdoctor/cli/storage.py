"""`regdoctor storage`: what the registry's identity may do in the storage behind it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regdoctor.exit_codes import ExitCode, UsageError

if TYPE_CHECKING:
    from regdoctor.formats.registry_config import RegistryConfig
    from regdoctor.storage.permission_table import PermissionTable
    from regdoctor.storage.stores import Store
    from regdoctor.target import Target

EXAMPLE = (
    "Examples: sudo regdoctor storage permissions · sudo regdoctor storage permissions --plan · "
    "sudo regdoctor storage permissions --root / --allow-writes --format json"
)
_SECONDS = 120.0
app = typer.Typer(help="The storage behind the registry: what its identity may do there.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The storage behind the registry: what its identity may do there."""


class Form(enum.StrEnum):
    """How the table is shown."""

    HUMAN = "human"
    JSON = "json"


@app.command(name="permissions", epilog=EXAMPLE)
def permissions(
    root: Annotated[
        list[Path] | None, typer.Option(metavar="DIR", help="The registry host's tree: / on the host itself.")
    ] = None,
    config: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="The registry's config.yml, wherever it is from: the store that it names is asked from here, with the "
            "keys in it. Repeatable.",
        ),
    ] = None,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Try what writes, too, in a folder of its own; it is removed.")
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Say which calls would be made, and make none.")] = False,
    ca_file: Annotated[Path | None, typer.Option(metavar="FILE", help="Certificate authorities to trust too.")] = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", min=0.1, help="For all of it.")] = _SECONDS,
    form: Annotated[Form, typer.Option("--format", help="How the table is shown.")] = Form.HUMAN,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Where it goes.")] = None,
) -> int:
    """Try each call that the registry makes of its bucket, with the registry's identity, and say what a refusal breaks.

    --config FILE is the wish to ask the store that FILE names, also where the file is of another host; the store's
    address is told first. The files of a copied tree (--root) are not followed to a store.

    Exit code 0: nothing that is needed is refused; 1: something is; 3: nothing could be asked.
    """
    from regdoctor.cli import options

    target = options.target(
        ("storage",),
        registry=None,
        gitlab=None,
        debug_url=None,
        config=config or [],
        roots=root or ([Path("/")] if config else []),
        repository=None,
        login=None,
        ca_file=ca_file,
        allow_writes=allow_writes,
        timeout=timeout,
        dialect=None,
    )
    options.writers([], [output] if output else [])
    if plan:
        return _plan(target)
    return _run(target, form, output)


def _plan(target: Target) -> int:
    from regdoctor.catalogue import probes
    from regdoctor.cli import output
    from regdoctor.storage.asked_store import address, cannot_be_asked, whose_keys
    from regdoctor.storage.stores import STORES, driver_of, store_of

    config = _configuration(target)
    driver = driver_of(config)
    store = store_of(driver)
    if config is not None and driver and store is None:
        output.note(f"regdoctor: nothing would be asked: {cannot_be_asked(driver)}")
        return ExitCode.NOT_EXAMINED
    for number, one in enumerate([store] if store else STORES):
        output.write(_item(f"{'or' if number else 'regdoctor would ask'} {one.asks}:", indent=""))
        for call in one.reads:
            output.write(_item(call))
        if one.writes is not None:
            output.write("and write:\n" if target.allow_writes else "and, with --allow-writes only, write:\n")
            output.write(_item(probes()[one.writes].writes))
    if config is not None and target.config_files:
        output.write(_item(f"It asks {address(config)} with {whose_keys(config)}.", indent=""))
    return ExitCode.HEALTHY


def _configuration(target: Target) -> RegistryConfig | None:
    """The registry's configuration, from files alone; None where there is none. Raises UsageError for bad input."""
    import dataclasses

    from regdoctor.formats.registry_config import RegistryConfig
    from regdoctor.runner import gather

    gathered = gather(dataclasses.replace(target, offline=True), (RegistryConfig,), target.timeout)
    if bad := next((item.bad_input for item in gathered if item.bad_input), ""):
        raise UsageError(bad)
    found = next((item.evidence for item in gathered if item.probe.provides is RegistryConfig), None)
    return found if isinstance(found, RegistryConfig) else None


def _item(text: str, indent: str = "  ") -> str:
    import textwrap

    return textwrap.fill(text, 80, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False) + "\n"


def _run(target: Target, form: Form, path: Path | None) -> int:
    from regdoctor.cli import output
    from regdoctor.evidence.product import Product
    from regdoctor.formats.registry_config import RegistryConfig
    from regdoctor.injection import Absent
    from regdoctor.runner import gather
    from regdoctor.storage.asked_store import plainly, why_not_asked
    from regdoctor.storage.permission_table import Result
    from regdoctor.storage.stores import STORES

    if target.config_files:
        _announce(target)
    trials = [store.writes for store in STORES if store.writes is not None and target.allow_writes]
    gathered = gather(target, (RegistryConfig, Product, *(store.access for store in STORES), *trials), target.timeout)
    if bad := next((item.bad_input for item in gathered if item.bad_input), ""):
        raise UsageError(bad)
    for item in gathered:
        if item.bug:
            output.note(item.bug.rstrip())
    bug = any(item.bug for item in gathered)
    evidence: Mapping[type, Any] = {item.probe.provides: item.evidence for item in gathered}
    store = _store(evidence)
    access = evidence[store.access]
    if isinstance(access, Absent):
        output.note(f"regdoctor: nothing was asked: {why_not_asked(evidence[RegistryConfig], access)}")
        return ExitCode.BUG if bug else ExitCode.NOT_EXAMINED
    writes = evidence.get(store.writes) if store.writes is not None else None
    if isinstance(writes, Absent):
        output.note(f"regdoctor: nothing was written: {plainly(writes.reason)}")
    table = store.table(evidence)
    _show(table, form, path)
    if bug:
        return ExitCode.BUG
    return {
        Result.ALLOWED: ExitCode.HEALTHY,
        Result.REFUSED: ExitCode.FINDINGS,
        Result.NOTHING: ExitCode.NOT_EXAMINED,
    }[table.result]


def _announce(target: Target) -> None:
    """Whom the keys of a named file are shown to, before they are: the file may be of anybody's registry."""
    from regdoctor.cli import output
    from regdoctor.storage.asked_store import address, whose_keys
    from regdoctor.storage.stores import driver_of, store_of

    config = _configuration(target)
    if config is not None and store_of(driver_of(config)) is not None:
        output.note(f"regdoctor: asks {address(config)} with {whose_keys(config)}")


def _store(evidence: Mapping[type, Any]) -> Store:
    """The kind of storage at hand: the configured, else the one that was asked, could have been, or the first."""
    from regdoctor.formats.registry_config import RegistryConfig
    from regdoctor.injection import Absent
    from regdoctor.storage.stores import STORES, driver_of, store_of

    if (configured := store_of(driver_of(evidence[RegistryConfig]))) is not None:
        return configured

    def rank(store: Store) -> int:
        access = evidence[store.access]
        return (1 if access.applicable else 2) if isinstance(access, Absent) else 0

    return min(STORES, key=rank)


def _show(table: PermissionTable, form: Form, path: Path | None) -> None:
    """The table, to its file or to standard output; whoever gets no page for people reads the sentence beside it."""
    from regdoctor.cli import output
    from regdoctor.storage.report import render_json, render_text, sentence

    to_file = path is not None and str(path) not in ("-", "/dev/stdout")
    text = render_json(table) if form is Form.JSON else render_text(table, 80 if to_file else output.columns())
    if path is not None and to_file:
        output.save(path, text)
    else:
        output.write_report(text)
    if to_file or form is Form.JSON:
        output.note(f"regdoctor: {sentence(table)}")
