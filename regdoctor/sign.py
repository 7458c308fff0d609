"""What a sign is: how a check of the catalogue is recognised in traffic that went by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from regdoctor.check import Check, Fail
from regdoctor.evidence.call import Call
from regdoctor.evidence.story import Story

Seen = Fail | None | Iterable[Fail]


@dataclass(frozen=True, slots=True)
class Sign:
    """One judgement from traffic, in the file of its check and reported under its name."""

    check: Check
    judge: Callable[[Call, Story], Seen]


@dataclass(frozen=True, slots=True)
class EndSign:
    """One judgement that can be made only when the recording is over."""

    check: Check
    judge: Callable[[Story], Seen]


def sign(of: Check) -> Callable[[Callable[[Call, Story], Seen]], Sign]:
    """Declare the decorated function as what recognises `of` in one call, after the story has taken the call in.

    It is asked for every call and must return None quickly for those that it is not about. It says only what the
    call proves: traffic that may be healthy gives nothing. Its Fail quotes exchanges by `Exchange.quote`, names in
    `resource` the repository, host or address at fault (the same for every call with the same fault: they are counted
    as one), and raises nothing, whatever a server or a client wrote.
    """
    return lambda judge: Sign(of, judge)


def sign_at_end(of: Check) -> Callable[[Callable[[Story], Seen]], EndSign]:
    """Declare the decorated function as what recognises `of` in a whole recording, asked once, at its end."""
    return lambda judge: EndSign(of, judge)
