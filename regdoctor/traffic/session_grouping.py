"""Puts calls together as sessions: by client, registry, repository, upload and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from regdoctor.causes import Finding
from regdoctor.distribution.api_calls import ApiCall, ApiKind
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import origin_of
from regdoctor.evidence.story import Story
from regdoctor.traffic.sessions import INTENT, Session, SessionKind, State, Step, step_for
from regdoctor.traffic.story_growth import location_of, scope_asked, upload_of

_GAP = 300.0
"""Seconds without a call after which a client is at something else."""
_MOST_OPEN = 5_000
_BY_TAG = (ApiKind.MANIFEST_HEAD, ApiKind.MANIFEST_GET)
_OF_AN_UPLOAD = (
    ApiKind.UPLOAD_START,
    ApiKind.UPLOAD_CHUNK,
    ApiKind.UPLOAD_FINISH,
    ApiKind.UPLOAD_STATUS,
    ApiKind.UPLOAD_CANCEL,
)
_NAMING = frozenset(
    (
        *_BY_TAG,
        *(ApiKind.MANIFEST_PUT, ApiKind.MANIFEST_DELETE, ApiKind.BLOB_DELETE, ApiKind.TAG_DELETE),
    )
)
"""What names the image that a session is about."""
_REACHING = {
    SessionKind.PUSH: (ApiKind.MANIFEST_PUT,),
    SessionKind.PULL: (ApiKind.MANIFEST_GET, ApiKind.BLOB_GET),
    SessionKind.DELETE: (ApiKind.MANIFEST_DELETE, ApiKind.BLOB_DELETE, ApiKind.TAG_DELETE),
    SessionKind.LISTING: (ApiKind.TAGS, ApiKind.CATALOG),
}


@dataclass(slots=True)
class _Open:
    """A session that calls are still added to."""

    session: Session
    steps: dict[tuple[str, str], Step] = field(default_factory=dict)
    """By name, and by what it is about: a digest, a reference, an upload's UUID."""
    stored: set[str] = field(default_factory=set)
    """Digests whose upload was seen to end well."""
    has_read_blobs: bool = False


class SessionGrouping:
    """Takes calls in the order in which they ended, and keeps the sessions that they make up."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []
        self._open: dict[tuple[str, str, str], list[_Open]] = {}
        self._openings: dict[tuple[str, str], _Open] = {}
        """By client and registry: pings and logins, which a push or a pull may begin with."""
        self._sent_on: dict[tuple[str, str], tuple[_Open, Step]] = {}
        """By client and address without its query: the steps whose answers led on to a bucket."""

    def take(self, call: Call, findings: Sequence[Finding], story: Story) -> Session | None:
        """Add a call, which the story has taken in; gives its session, None for a call that belongs to none."""
        placed = self._placed(call, story)
        if placed is None:
            return None
        opened, step = placed
        session = opened.session
        session.calls += 1
        session.ended = max(session.ended, call.recorded.ended)
        self._conclude(opened, step, call)
        for finding in findings:
            name, severity = finding.check.name, int(finding.severity)
            session.findings[name] = max(severity, session.findings.get(name, 0))
        if findings and step.failed_call == call.number:
            step.finding = max(findings, key=lambda finding: finding.severity).check.name
        return session

    def _placed(self, call: Call, story: Story) -> tuple[_Open, Step] | None:
        match call.part:
            case Part.REGISTRY if call.kind is ApiKind.PING:
                opened = self._opening(call, origin_of(call))
                return opened, _step(opened, ApiKind.PING.value, "", call)
            case Part.REGISTRY if call.kind is not None:
                opened = self._of_repository(call, origin_of(call), call.repository, INTENT.get(call.kind))
                return opened, self._step_of(opened, call)
            case Part.TOKEN_SERVICE:
                return self._token(call, story)
            case Part.STORE:
                return self._from_store(call)
        return None

    def _token(self, call: Call, story: Story) -> tuple[_Open, Step]:
        registry = story.realms.get(call.exchange.url.partition("?")[0], "")
        scope = scope_asked(call)
        if repository := _repository(scope):
            # Clients ask for push only when they are about to push.
            intent = SessionKind.PUSH if any(_may_push(one) for one in scope.split()) else None
            opened = self._of_repository(call, registry, repository, intent)
        else:
            opened = self._opening(call, registry)
            opened.session.kind = SessionKind.LOGIN
        return opened, _step(opened, "get token", scope, call)

    def _from_store(self, call: Call) -> tuple[_Open, Step] | None:
        """The bucket's answer belongs to the step whose answer led there."""
        found = self._sent_on.get((call.recorded.client, call.exchange.url.partition("?")[0]))
        if found is not None:
            found[1].take(call)
            return found
        digest = call.link.digest if call.link else ""
        mine = [one for key, several in self._open.items() if key[0] == call.recorded.client for one in several]
        if not digest or not mine or self._has_ended(mine[-1], call):
            return None
        name = ApiKind.BLOB_HEAD if call.exchange.method == "HEAD" else ApiKind.BLOB_GET
        return mine[-1], _step(mine[-1], name.value, digest, call)

    def _opening(self, call: Call, registry: str) -> _Open:
        key = (call.recorded.client, registry)
        opened = self._openings.get(key)
        if opened is None or self._has_ended(opened, call):
            opened = self._new(call, SessionKind.OTHER, registry, "")
            self._openings[key] = opened
        return opened

    def _of_repository(self, call: Call, registry: str, repository: str, intent: SessionKind | None) -> _Open:
        key = (call.recorded.client, registry, repository)
        before = self._open.get(key)
        if before and intent in (None, before[-1].session.kind) and not self._has_ended(before[-1], call):
            if not _begins_again(before[-1], call):
                return before[-1]
        here = [one for one in self._open.get(key, ()) if not self._has_ended(one, call)]
        newest = [one for one in reversed(here) if intent in (None, one.session.kind)]
        undecided = [one for one in here if one.session.kind is SessionKind.OTHER]
        if newest and not (begins_again := _begins_again(newest[0], call)):
            return newest[0]
        if newest and begins_again:
            newest[0].session.over = True
        opened = undecided[-1] if undecided and not newest else self._adopted(call, registry)
        if opened is None:
            opened = self._new(call, SessionKind.OTHER, registry, repository)
        opened.session.repository = repository
        opened.session.kind = intent or SessionKind.OTHER
        self._open[key] = [one for one in here if one is not opened and not one.session.over] + [opened]
        if len(self._open) > _MOST_OPEN:
            del self._open[next(iter(self._open))]
        return opened

    def _adopted(self, call: Call, registry: str) -> _Open | None:
        """What the client began with a ping or without naming a repository, and did not bring to an end by itself."""
        opened = self._openings.get((call.recorded.client, registry))
        if opened is None or self._has_ended(opened, call):
            return None
        del self._openings[call.recorded.client, registry]
        return opened

    def _new(self, call: Call, kind: SessionKind, registry: str, repository: str) -> _Open:
        began = call.exchange.started or call.recorded.ended
        session = Session(len(self.sessions) + 1, kind, call.recorded.client, registry, repository)
        session.started, session.ended = began, call.recorded.ended
        self.sessions.append(session)
        return _Open(session)

    @staticmethod
    def _has_ended(opened: _Open, call: Call) -> bool:
        began = call.exchange.started or call.recorded.ended
        return opened.session.over or began - opened.session.ended > _GAP

    def _step_of(self, opened: _Open, call: Call) -> Step:
        api = call.api or ApiCall(ApiKind.UNKNOWN)
        kind = api.kind
        if kind in _OF_AN_UPLOAD:
            upload = upload_of(call)
            failed = opened.steps.pop((kind.value, ""), None)
            if failed is not None:  # a start that was refused has no UUID; the next one is its retry
                opened.steps[kind.value, upload] = failed
            return _step(opened, kind.value, upload, call, shown=api.digest)
        name, subject = kind.value, api.reference or api.digest
        if kind is ApiKind.BLOB_HEAD:
            if subject in opened.stored:
                name = "verify blob"
            else:
                _count_retry(opened, subject)
        step = _step(opened, name, subject, call)
        if call.status in (302, 303, 307, 308):
            self._sent_on[call.recorded.client, location_of(call.exchange).partition("?")[0]] = (opened, step)
            if len(self._sent_on) > _MOST_OPEN:
                del self._sent_on[next(iter(self._sent_on))]
        return step

    def _conclude(self, opened: _Open, step: Step, call: Call) -> None:
        """What the call says of the session as a whole."""
        session, api, kind = opened.session, call.api, call.kind
        if kind is ApiKind.BLOB_GET:
            opened.has_read_blobs = True
        if step.state is not State.OK:
            return
        if call.part is Part.STORE:
            session.reached |= session.kind is SessionKind.PULL
        if api is None or kind is None:
            return
        if kind is ApiKind.PING:
            session.registry = session.registry or origin_of(call)
            if call.recorded.shown is not None:
                session.kind, session.reached, session.over = SessionKind.LOGIN, True, True
        if kind in (ApiKind.UPLOAD_FINISH, ApiKind.UPLOAD_WHOLE) or (
            kind is ApiKind.UPLOAD_MOUNT and call.status == 201
        ):
            opened.stored.add(api.digest or api.reference)
            for (_, about), other in opened.steps.items():
                if api.upload and about == api.upload:
                    other.subject = api.digest
        if kind in _NAMING and (not session.reference or _is_tag(api.reference)):
            session.reference = api.reference
        if kind in _REACHING.get(session.kind, ()) and step.state is State.OK:
            session.reached = True
            session.over = kind is ApiKind.MANIFEST_PUT and _is_tag(api.reference)


def _step(opened: _Open, name: str, about: str, call: Call, shown: str | None = None) -> Step:
    """The step of that name about that thing, with the call taken in."""
    step = opened.steps.get((name, about))
    if step is not None:
        step.take(call)
        step.subject = shown or step.subject
        return step
    step = step_for(name, about if shown is None else shown, call)
    opened.steps[name, about] = step
    opened.session.steps.append(step)
    opened.session.started = min(opened.session.started, step.started)
    return step


def _count_retry(opened: _Open, digest: str) -> None:
    """docker asks for the blob again before it uploads it once more (distribution/xfer/upload.go)."""
    asked = opened.steps.get((ApiKind.BLOB_HEAD.value, digest))
    if asked is not None and asked.state is State.OK:
        failed = (one for one in opened.session.steps if one.failed_call is not None)
        asked.retries += any(one.ended >= asked.ended for one in failed)


def _begins_again(opened: _Open, call: Call) -> bool:
    """Whether a manifest is asked for by a tag after blobs were read: the next pull."""
    return (
        opened.session.kind is SessionKind.PULL
        and opened.has_read_blobs
        and call.kind in _BY_TAG
        and call.api is not None
        and _is_tag(call.api.reference)
    )


def _is_tag(reference: str) -> bool:
    return bool(reference) and ":" not in reference


def _repository(scope: str) -> str:
    """The repository that a scope is about: of several the one to be pushed to, since mounts only read the others."""
    named = [one.split(":") for one in scope.split() if one.startswith("repository:")]
    found = [(":".join(parts[1:-1]), parts[-1].split(",")) for parts in named if len(parts) > 2]
    return next((name for name, actions in found if "push" in actions), found[0][0] if found else "")


def _may_push(scope: str) -> bool:
    return scope.startswith("repository:") and "push" in scope.rpartition(":")[2].split(",")
