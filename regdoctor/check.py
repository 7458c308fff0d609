"""What a check is: a pure function from evidence to an outcome, its declaration, and the outcomes."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from regdoctor.injection import Input, inputs_of


class Severity(enum.IntEnum):
    """How bad a finding is; ordered, so that thresholds compare."""

    INFO = 10
    WARNING = 20
    ERROR = 30
    CRITICAL = 40

    @property
    def word(self) -> str:
        """The lower-case word that reports and options use."""
        return self.name.lower()


class Dialect(enum.StrEnum):
    """How the registry was installed; decides the wording of remedies."""

    OMNIBUS = "omnibus"
    SOURCE = "source"
    HELM = "helm"
    COMPOSE = "compose"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of evidence, word for word, with where it was read."""

    source: str
    """A file, a URL with its method, or an object key."""
    quote: str
    line: int | None = None
    """Line in `source`, counted from 1, where it is a file."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What mends a finding: a sentence for people, and commands that can be pasted as they stand."""

    text: str
    commands: tuple[str, ...] = ()


Remedies = Mapping[Dialect, Remedy]
"""One remedy a dialect. `Dialect.PLAIN` must be there: it serves every dialect that has none of its own."""


@dataclass(frozen=True, slots=True)
class Pass:
    """The healthy state was seen."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class Fail:
    """The failure was seen, and here is the proof."""

    message: str
    remedy: Remedies
    evidence: tuple[Quote, ...] = ()
    resource: str = ""
    """What exactly is at fault (a file, a URL, a repository): the part after the colon in `--ignore NAME:resource`."""
    severity: Severity | None = None
    """Where this case is more or less serious than the check's own severity."""
    failure_modes: tuple[str, ...] | None = None
    """Where the check stands for several failure modes: those of this case."""

    def __post_init__(self) -> None:
        """Raise ValueError for a remedy that serves some dialects only: the report must have one for any."""
        if Dialect.PLAIN not in self.remedy:
            raise ValueError("a Fail needs a remedy for Dialect.PLAIN")


@dataclass(frozen=True, slots=True)
class Skip:
    """The check does not apply here."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The check applies, but the evidence does not decide it."""

    reason: str


Outcome = Pass | Fail | Skip | Unknown
Judgement = Callable[..., Outcome | Iterable[Outcome]]


@dataclass(frozen=True, slots=True)
class Check:
    """A declared check, as the catalogue holds it."""

    name: str
    family: str
    title: str
    severity: Severity
    failure_modes: tuple[str, ...]
    symptoms: tuple[str, ...]
    explains: tuple[str, ...]
    reference: str
    page: str
    judge: Judgement = field(repr=False)
    inputs: Mapping[str, Input] = field(repr=False)


def check(
    *,
    title: str,
    severity: Severity,
    failure_modes: tuple[str, ...],
    symptoms: tuple[str, ...] = (),
    explains: tuple[str, ...] = (),
    reference: str = "",
) -> Callable[[Judgement], Check]:
    """Declare the decorated function as a check.

    title: the healthy state, as a sentence that reads well after a tick.
    failure_modes: identifiers of the domain reference (`AUTH-01`).
    symptoms: the exact texts, as people and logs show them, that this failure produces.
    explains: names of checks whose findings this failure brings about; they are folded under it.
    reference: a page of documentation to read on.

    The function's name states the problem, its docstring is the page of `regdoctor explain`, and its parameters
    declare the evidence it wants: `evidence: Type`, or `evidence: Type | Absent` where it can judge without.
    """

    def declare(judge: Judgement) -> Check:
        return Check(
            name=judge.__name__,
            family=judge.__module__.split(".")[-2],
            title=title,
            severity=severity,
            failure_modes=failure_modes,
            symptoms=symptoms,
            explains=explains,
            reference=reference,
            page=inspect.getdoc(judge) or "",
            judge=judge,
            inputs=inputs_of(judge),
        )

    return declare
