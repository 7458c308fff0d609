"""Sends a login once where it is refused: lockouts and bans count the tries, and one run has many who would try."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.token_trials import refuses_login
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError
from regdoctor.target import Login

_CAP = 64 * 1024
"""Bytes of an answer to GET /v2/ that are kept."""
_LEAST = 1.0
"""Seconds that must be left for the question after waiting for somebody else's: a login that is sent and whose answer
is not waited for tells nothing, and counts all the same."""


class LoginNotTakenError(CouldNotGatherError):
    """Raised in place of sending a login that was refused, or to which no answer came."""

    def __init__(self, answer: Exchange) -> None:
        """answer: to the one time that it was sent."""
        told = answer.quote("WWW-Authenticate").quote if refuses(answer) else answer.quote().quote
        why = f"the login was refused ({told}), and is not sent again"
        super().__init__(why if refuses(answer) else f"there was no answer to the login: {told}")
        self.answer = answer


@dataclass(slots=True)
class _Turn:
    """One login at one place."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    answer: Exchange | None = None
    """What settled it; None until then."""


# By the door, which is one for a whole run, so that it ends with the run and two runs share nothing. Beside `Http` and
# not in it, so that the door itself remembers nothing between two requests.
_turns: WeakKeyDictionary[Http, dict[tuple[str, Login], _Turn]] = WeakKeyDictionary()
_all_turns = threading.Lock()


def first_answer(
    door: Http, place: str, login: Login, question: Callable[[float], Exchange], *, deadline: float
) -> Exchange:
    """The answer to the first request with this login there, sent by whoever of the probes comes first.

    The others wait for it and get the same. An answer of less than 500 settles it for the whole run; after any other,
    or none, the next one asks again, but never two at a time.

    place: the address. question: sends the request, within the seconds that it is given; what it raises is raised.
    deadline: seconds for waiting and asking together.
    """
    turn = _turn(door, place, login)
    end = time.monotonic() + deadline
    if settled := turn.answer:
        return settled
    if not turn.lock.acquire(timeout=max(deadline, 0.0)):
        return _waited_in_vain(place, deadline)
    try:
        return (
            turn.answer or _asked(turn, question, end - time.monotonic(), deadline) or _waited_in_vain(place, deadline)
        )
    finally:
        turn.lock.release()


def _asked(turn: _Turn, question: Callable[[float], Exchange], left: float, deadline: float) -> Exchange | None:
    """The answer, kept where it settles the turn; None where waiting left no time to ask."""
    if left < min(_LEAST, deadline / 2):
        return None
    answer = question(left)
    if answer.failure is None and answer.status is not None and answer.status < 500:
        turn.answer = answer
    return answer


def refusal(door: Http, place: str, login: Login) -> Exchange | None:
    """The answer that refused this login there; None where none did so far."""
    answer = _turn(door, place, login).answer
    return answer if answer is not None and refuses(answer) else None


def refuses(answer: Exchange) -> bool:
    """Whether a login that got this answer must not be sent there again, whoever refused it, and for what reason."""
    return answer.status in (401, 403) or refuses_login(answer)


def show_login(door: Http, registry: str, login: Login, *, deadline: float) -> Exchange:
    """GET /v2/ with the login by HTTP Basic, as docker login asks, or what was answered to that before.

    registry: its URL, to which the login may go. deadline: seconds.
    """
    url = f"{registry}/v2/"
    basic = (login.username, login.password)
    return first_answer(
        door,
        url,
        login,
        lambda seconds: door.send("GET", url, basic=basic, deadline=seconds, cap=_CAP),
        deadline=deadline,
    )


def _turn(door: Http, place: str, login: Login) -> _Turn:
    with _all_turns:
        return _turns.setdefault(door, {}).setdefault((place, login), _Turn())


def _waited_in_vain(place: str, deadline: float) -> Exchange:
    message = f"a request with the same login was under way for {deadline:.1f} s without an answer: not sent again"
    return Exchange("GET", place, seconds=deadline, failure=Failure(FailureKind.TIMEOUT, message))
