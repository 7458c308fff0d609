"""Runs an examination for the command line: reports it, and turns it into an exit code."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from regdoctor import report
from regdoctor.catalogue import select
from regdoctor.check import Check, Dialect, Severity
from regdoctor.cli import output
from regdoctor.cli.options import Writer
from regdoctor.evidence.endpoints import Endpoints
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.examination import Examination, Gathered, joined
from regdoctor.exit_codes import ExitCode
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.redaction import redact
from regdoctor.report import Report
from regdoctor.reporters import Page, printable, reporter
from regdoctor.runner import examine
from regdoctor.suppressions import parse
from regdoctor.target import Target


def run(
    names: Sequence[str],
    targets: Sequence[Target],
    writers: Sequence[Writer],
    *,
    ignore: Sequence[str],
    show: Severity,
    fail_on: Severity,
    strict: bool,
    verbose: bool,
    each: bool = False,
) -> int:
    """Examine one target after the other, report on all together, and give the exit code.

    each: the targets are files, each by itself; one that is about something else is as healthy as it can be.
    """
    selected, accepted = select(names), parse(ignore)
    examination = joined([one for target in targets for one in _examine(target, selected, verbose=verbose)])
    dialect = examination.target.dialect or _dialect(examination)
    document = report.build(examination, describe(examination, dialect, targets), dialect, accepted)
    complaints = "\n".join(
        dict.fromkeys(f"regdoctor: {item.bad_input}" for item in examination.gathered if item.bad_input)
    )
    told = any(document.count(outcome) for outcome in ("pass", "fail", "ignored"))
    instead = "" if told else complaints or (_NOTHING_WRONG if each else _nothing_found(examination))
    if complaints and not instead:
        _note(complaints)
    _write(document, writers, Page(show=show, full=verbose), instead)
    bugs = [item.bug for item in examination.gathered] + [item.bug for item in examination.judged]
    if any(bugs):
        _note("\n".join(bug.rstrip() for bug in bugs if bug))
        _note("regdoctor: this is a bug in regdoctor; please report it with the lines above")
        return ExitCode.BUG
    if complaints:
        return ExitCode.USAGE
    return _exit_code(document, fail_on, strict=strict, told=told or each)


_MOST_SERVICES = 20
"""Registries of one Compose file that are examined."""


def _examine(target: Target, selected: Sequence[Check], *, verbose: bool) -> Iterator[Examination]:
    """The examination of a target, and one more for each further registry of its Compose file."""
    first = examine(target, selected, _tell if verbose else None)
    yield first
    project, config = first.evidence(ComposeFile), first.evidence(RegistryConfig)
    registries = project.registries if isinstance(project, ComposeFile) else ()
    if registries and registries[0].config is config:
        for registry in registries[1:_MOST_SERVICES]:
            yield examine(dataclasses.replace(target, service=registry.service.name), selected)


_NOTHING_WRONG = "regdoctor: nothing that concerns a registry is wrong in these files."


def _exit_code(document: Report, fail_on: Severity, *, strict: bool, told: bool) -> int:
    worst = document.worst()
    if worst is not None and worst >= fail_on:
        return ExitCode.FINDINGS
    if not told or (strict and document.count("unknown")):
        return ExitCode.NOT_EXAMINED
    return ExitCode.HEALTHY


def describe(examination: Examination, dialect: Dialect, targets: Sequence[Target] = ()) -> Mapping[str, Any]:
    """What was examined, as the report says it; targets: all of them, where there were several."""
    target = examination.target
    endpoints, installation = examination.evidence(Endpoints), examination.evidence(Installation)
    described: dict[str, Any] = {"dialect": dialect.value}
    if target.root is not None:
        described["root"] = str(target.root)
    if target.more_roots:
        described["nodes"] = [str(root) for root in (target.root, *target.more_roots)]
    if files := list(dict.fromkeys(str(path) for one in targets for path in one.config_files)):
        described["files"] = files
    if isinstance(endpoints, Endpoints):
        described["registry"] = endpoints.public.url if endpoints.public else None
        described["gitlab"] = endpoints.realm.url if endpoints.realm else None
        described["debug"] = endpoints.debug.url if endpoints.debug else None
    elif target.registry_url:
        described["registry"] = target.registry_url
    if isinstance(installation, Installation) and installation.registry_config:
        described["config"] = str(installation.registry_config)
    config = examination.evidence(RegistryConfig)
    if isinstance(config, RegistryConfig) and (driver := config.storage_driver()):
        described["storage"] = driver[0]
    if target.allow_writes:
        described["allow_writes"] = True
    if isinstance(source := examination.evidence(TokenSource), TokenSource):
        described["login"] = _whose_login(source)
    return described


def _whose_login(source: TokenSource) -> str:
    """As whom the registry was asked, in words that follow "nothing found wrong, "."""
    if not source.needed:
        return "without a login: the registry asks for none"
    if source.login:
        sent = source.scheme != "bearer" or source.password_may_go
        return source.login.how if sent else f"without the login of {source.login.words}, which was not sent"
    if source.key:
        return f"with a token signed with {source.key.path}"
    return f"without a login ({source.why_no_login})" if source.why_no_login else "without a login"


def _dialect(examination: Examination) -> Dialect:
    installation = examination.evidence(Installation)
    if not isinstance(installation, Installation):
        return Dialect.PLAIN
    in_a_container = installation.dialect is Dialect.COMPOSE and examination.evidence(GitLabRb) is not None
    return Dialect.OMNIBUS if in_a_container else installation.dialect


def _write(document: Report, writers: Sequence[Writer], page: Page, instead: str) -> None:
    """Every report to its file, one to standard output; people who get no page there read the gist beside it.

    instead: what people get in place of a page where nothing was examined.
    """
    for writer in writers:
        if writer.path is not None:
            output.save(writer.path, writer.render(document, page))
    on_screen = next((writer for writer in writers if writer.path is None), None)
    if on_screen is None:
        _note(instead or reporter("human")(document, page).rstrip())
    elif on_screen.format == "human" and instead:
        _note(instead)
    else:
        page = dataclasses.replace(page, width=output.columns(), colour=output.is_terminal())
        output.write_report(on_screen.render(document, page))
        if on_screen.format != "human":
            _note(instead or _summary(document))


def _summary(document: Report) -> str:
    causes = document.named(document.causes)
    return f"regdoctor: {document.headline()}" + (f": {causes}" if causes else "")


def _note(text: str) -> None:
    """A note for people; what it quotes of a file's name or a server cannot command their terminal."""
    output.note(printable(redact(text)))


def _tell(gathered: Gathered) -> None:
    absent = gathered.evidence if isinstance(gathered.evidence, Absent) else None
    how = absent.reason if absent else "done"
    _note(f"{gathered.probe.name}: {how} ({gathered.seconds:.2f} s)")


def _nothing_found(examination: Examination) -> str:
    """The paragraph to show where there was no installation and no address to examine; else empty."""
    if examination.evidence(Installation) or examination.evidence(Endpoints):
        return ""
    reasons = [
        item.evidence.reason
        for item in examination.gathered
        if item.probe.provides is Installation and isinstance(item.evidence, Absent)
    ]
    return textwrap.fill(reasons[0], 80, break_long_words=False, break_on_hyphens=False) if reasons else ""
