"""What a sign is: how a check of the catalogue is recognised in traffic that went by."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

from regdoctor.check import Check, Fail
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.story import Story

Seen = Fail | None | Iterable[Fail]
REFUSALS = frozenset(range(400, 1000))
"""The statuses that say no (RFC 9110 section 15), and those of three digits that it does not know."""
FAILURES = frozenset(range(500, 1000))
"""Those by which a server says that the fault is its own."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One judgement from traffic, in the file of its check and reported under its name."""

    check: Check
    judge: Callable[[Call, Story], Seen]
    parts: Container[Part] | None = None
    """Who must have been asked; None for whoever it was."""
    kinds: Container[ApiKind | None] | None = None
    """What must have been asked of the registry; None for whatever it was."""
    statuses: Container[int | None] | None = None
    """What must have been answered, None among them where no answer is meant, too; None for whatever it was."""

    def is_about(self, part: Part, kind: ApiKind | None, status: int | None) -> bool:
        """Whether calls of this part and kind with this status can show it at all."""
        return (
            (self.parts is None or part in self.parts)
            and (self.kinds is None or kind in self.kinds)
            and (self.statuses is None or status in self.statuses)
        )


@dataclass(frozen=True, slots=True)
class EndSign:
    """One judgement that can be made only when the recording is over."""

    check: Check
    judge: Callable[[Story], Seen]


def sign(
    of: Check,
    *,
    parts: Container[Part] | None = None,
    kinds: Container[ApiKind | None] | None = None,
    statuses: Container[int | None] | None = None,
) -> Callable[[Callable[[Call, Story], Seen]], Sign]:
    """Declare the decorated function as what recognises `of` in one call, after the story has taken the call in.

    It is asked for every call of these parts and kinds and with these statuses (all of them where none are named: name
    them, a recording has many calls and nearly all went well), and must return None quickly for those that it is not
    about. It says only what the call proves: traffic that may be healthy gives nothing. Its Fail quotes exchanges by
    `Exchange.quote`, names in `resource` the repository, host or address at fault (the same for every call with the
    same fault: they are counted as one), and raises nothing, whatever a server or a client wrote.
    """
    return lambda judge: Sign(of, judge, parts, kinds, statuses)


def sign_at_end(of: Check) -> Callable[[Callable[[Story], Seen]], EndSign]:
    """Declare the decorated function as what recognises `of` in a whole recording, asked once, at its end."""
    return lambda judge: EndSign(of, judge)
