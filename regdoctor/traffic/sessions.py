"""What a client did, put together of its calls: a login, a push, a pull, each with its steps."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call, Part


class SessionKind(enum.StrEnum):
    """What a session is; the value reads after "one"."""

    LOGIN = "login"
    PUSH = "push"
    PULL = "pull"
    DELETE = "deletion"
    LISTING = "listing"
    OTHER = "look"
    """Questions that a push and a pull begin with alike, and nothing after them."""


class State(enum.StrEnum):
    """How a step or a session ended."""

    OK = "ok"
    FAILED = "failed"
    NOT_SEEN = "not seen"
    """The recording does not show the end of it."""


_LEADS_ON = (302, 303, 307, 308)
_MOST_CALLS = 1_000
"""Numbers of calls that one step keeps: a layer of 50 GB in pieces of 5 MB has ten thousand."""


@dataclass(slots=True)
class Step:
    """One step of a session: the calls that together do one thing with one object."""

    name: str
    """`verify blob`."""
    subject: str
    """The digest, the tag or the scope that it is about; empty where it is about none, or none is known yet."""
    state: State
    calls: list[int]
    """Numbers of the calls, at most a thousand of them."""
    count: int
    """How many calls it took."""
    started: float
    """Seconds since the epoch by the recorder's clock, as all times here."""
    ended: float
    busy: float
    """Seconds in which a request of this step was under way; between them the client did something else."""
    retries: int = 0
    """How often a client asked again after a failure."""
    failed_call: int | None = None
    """The number of the last call that went wrong; kept when a further try succeeded."""
    failed_part: Part | None = None
    failed_status: int | None = None
    failed_method: str = ""
    failure: str = ""
    """What went wrong, in a short sentence: the meaning of that call."""
    finding: str = ""
    """The check that explains the failure; empty where none does."""

    def take(self, call: Call) -> None:
        """Add a call to it."""
        recorded = call.recorded
        if self.failed_call is not None and self.state is State.FAILED and call.part is not Part.STORE:
            self.retries += 1
        self.count += 1
        if len(self.calls) < _MOST_CALLS:
            self.calls.append(call.number)
        began, ended = recorded.exchange.started or recorded.ended, recorded.ended
        idle_until = self.ended if self.count > 1 and self.ended > began else began
        if ended > idle_until:
            self.busy += ended - idle_until
        if began < self.started:
            self.started = began
        if ended > self.ended:
            self.ended = ended
        # A token that grants less than was asked for is no failure yet: the registry may ask for no more.
        has_token = call.part is Part.TOKEN_SERVICE and recorded.given is not None
        if (call.normal or has_token) and call.exchange.failure is None:
            self.state = State.NOT_SEEN if _is_half_an_answer(call) else State.OK
        else:
            self.state = State.FAILED
            self.failed_call, self.failed_part, self.failed_status = call.number, call.part, call.status
            self.failed_method, self.failure = call.exchange.method, call.meaning


def _is_half_an_answer(call: Call) -> bool:
    """Whether what was asked for is still to come: after a token was fetched, or from where the answer leads.

    A ping asks for nothing but how to log in: its 401 is the whole answer.
    """
    return (call.status == 401 and call.kind is not ApiKind.PING) or (
        call.part is Part.REGISTRY and call.status in _LEADS_ON
    )


def step_for(name: str, subject: str, call: Call) -> Step:
    """A step that begins with a call, which it has taken."""
    began = call.exchange.started or call.recorded.ended
    step = Step(name, subject, State.NOT_SEEN, [], 0, began, began, 0.0)
    step.take(call)
    return step


@dataclass(slots=True)
class Session:
    """What one client did with one repository, in one go."""

    number: int
    kind: SessionKind
    client: str
    registry: str
    """Scheme, host and port, as the client asked for them; empty while only a token service was asked."""
    repository: str = ""
    reference: str = ""
    """The tag, or the digest where no tag was named."""
    steps: list[Step] = field(default_factory=list)
    started: float = 0.0
    ended: float = 0.0
    calls: int = 0
    reached: bool = False
    """Whether what it was for was seen to succeed: the manifest was put, or a blob or manifest read."""
    over: bool = False
    """Whether what comes next belongs to another session."""
    findings: dict[str, int] = field(default_factory=dict)
    """Checks that were seen to fail in it, with their severity, in the order in which they were."""

    @property
    def state(self) -> State:
        """Failed where a step failed and was not mended by a later one; not seen where it does not come to its end."""
        if self.kind in (SessionKind.PUSH, SessionKind.LOGIN) and self.reached:
            return State.OK
        if any(step.state is State.FAILED for step in self.steps):
            return State.FAILED
        if self.kind in (SessionKind.PUSH, SessionKind.PULL, SessionKind.DELETE, SessionKind.LISTING):
            return State.OK if self.reached else State.NOT_SEEN
        answered = self.steps and not all(step.state is State.NOT_SEEN for step in self.steps)
        return State.OK if answered else State.NOT_SEEN

    @property
    def failed_step(self) -> Step | None:
        """The step that failed last, where the session failed: clients give up after it."""
        if self.state is not State.FAILED:
            return None
        failed = [step for step in self.steps if step.state is State.FAILED]
        return max(failed, key=lambda step: step.ended)

    @property
    def retries(self) -> int:
        """How often its client asked again after a failure."""
        return sum(step.retries for step in self.steps)

    @property
    def is_fault(self) -> bool:
        """Whether it failed in another way than by asking for what is not there."""
        failed = self.failed_step
        reads = self.kind in (SessionKind.PULL, SessionKind.OTHER, SessionKind.LISTING, SessionKind.DELETE)
        return failed is not None and not (
            reads and failed.failed_part is Part.REGISTRY and failed.failed_status == 404 and not failed.finding
        )

    @property
    def name(self) -> str:
        """What it is, with an article: `the push of group/app:1`."""
        if self.kind is SessionKind.LOGIN:
            return f"the login to {_host(self.registry)}" if self.registry else "the login"
        if not self.repository:
            what = "repositories" if self.kind is SessionKind.LISTING else _host(self.registry)
            return f"the {self.kind.value} {'of' if self.kind is SessionKind.LISTING else 'at'} {what}"
        if self.kind is SessionKind.OTHER:
            return f"the look at {self._image}"
        if self.kind is SessionKind.LISTING:
            return f"the listing of {self.repository}"
        return f"the {self.kind.value} of {self._image}"

    @property
    def _image(self) -> str:
        mark = "@" if ":" in self.reference else ":"
        return f"{self.repository}{mark}{self.reference}" if self.reference else self.repository


def _host(registry: str) -> str:
    return registry.partition("://")[2] or registry


INTENT: dict[ApiKind, SessionKind] = {
    ApiKind.UPLOAD_START: SessionKind.PUSH,
    ApiKind.UPLOAD_MOUNT: SessionKind.PUSH,
    ApiKind.UPLOAD_WHOLE: SessionKind.PUSH,
    ApiKind.UPLOAD_CHUNK: SessionKind.PUSH,
    ApiKind.UPLOAD_FINISH: SessionKind.PUSH,
    ApiKind.UPLOAD_STATUS: SessionKind.PUSH,
    ApiKind.UPLOAD_CANCEL: SessionKind.PUSH,
    ApiKind.MANIFEST_PUT: SessionKind.PUSH,
    ApiKind.MANIFEST_GET: SessionKind.PULL,
    ApiKind.BLOB_GET: SessionKind.PULL,
    ApiKind.MANIFEST_DELETE: SessionKind.DELETE,
    ApiKind.BLOB_DELETE: SessionKind.DELETE,
    ApiKind.TAG_DELETE: SessionKind.DELETE,
    ApiKind.TAGS: SessionKind.LISTING,
    ApiKind.CATALOG: SessionKind.LISTING,
}
"""What a call tells of its client's purpose; a call that is not here is made with any."""
