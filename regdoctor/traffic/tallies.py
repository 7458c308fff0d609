"""What goes well in a recording and what cannot be seen in it, counted call by call."""

from __future__ import annotations

from collections.abc import Iterator

from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import authority_of, origin_of
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short

_MOST = 100_000
_READ = (ApiKind.BLOB_HEAD, ApiKind.BLOB_GET)


class Tallies:
    """Counts; what it says is said only of what was seen."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._taken: set[str] = set()
        self._strange: set[str] = set()
        self._refused = 0
        self._answered = self._wrong = 0
        self._served = self._not_served = 0
        self._sent_on: set[int] = set()
        self._finished = self._compared = self._middle = 0
        self._by_recorder = 0
        self._unverified: set[str] = set()

    def take(self, call: Call, story: Story) -> None:
        """Count a call that the story has taken in."""
        recorded = call.recorded
        self._by_recorder += bool(recorded.by_recorder)
        if call.exchange.verified is False and len(self._unverified) < _MOST:
            self._unverified.add(origin_of(call))
        if call.part is Part.TOKEN_SERVICE:
            self._refused += not call.normal
            if recorded.given is not None and len(self._given) < _MOST:
                self._given.add(recorded.given.mark)
        elif call.part is Part.REGISTRY:
            self._registry(call, story)
        elif call.part is Part.STORE:
            self._sent_on.discard(call.sent_by or 0)
            self._served += call.normal
            self._not_served += not call.normal

    def _registry(self, call: Call, story: Story) -> None:
        recorded, shown = call.recorded, call.recorded.shown
        if call.status is not None and not recorded.by_recorder:
            self._answered += 1
            self._wrong += not call.normal
        if shown is not None and shown.scheme.lower() == "bearer" and call.status not in (None, 401):
            known = shown.mark in self._given
            if len(self._taken) + len(self._strange) < _MOST:
                (self._taken if known else self._strange).add(shown.mark)
        if call.kind in _READ and call.status in (302, 303, 307, 308) and len(self._sent_on) < _MOST:
            self._sent_on.add(call.number)
        if call.kind is ApiKind.UPLOAD_FINISH and call.status == 201 and call.api:
            self._finished += 1
            upload = story.uploads.get(call.api.upload)
            self._middle += upload is not None and upload.start is None
            self._compared += any(one.recorded.request_digest for one in (upload.calls if upload else [call]))

    def fine(self) -> Iterator[str]:
        """What the recording shows to be all right, a line each."""
        if self._taken and not self._refused and len(self._taken) == len(self._given):
            number = len(self._given)
            yield (
                f"login: the token service gave {_many(number, 'token')} "
                f"and the registry took {'it' if number == 1 else 'them'}"
            )
        if self._answered and not self._wrong:
            yield f"registry: {_many(self._answered, 'call')} answered, none with an error of its own"
        if self._served and not self._not_served:
            yield f"bucket: {_many(self._served, 'request')} answered, none refused"
        if self._finished:
            yield f"uploads: {_many(self._finished, 'blob')} taken whole by the registry"

    def blind(self, story: Story) -> Iterator[str]:
        """What cannot be seen, a line each."""
        for url, call in list(story.sent_to.items())[:_MOST]:
            # Past a recorder that stands before a server: location_leaves_capture tells that.
            if call.recorded.capture_origin:
                continue
            if call.part is Part.REGISTRY and call.kind not in _READ and authority_of(url) not in story.reached:
                where = short(authority_of(url))
                yield f"call {call.number} was answered with a Location at {where}: what goes there is not recorded"
                break
        if self._sent_on:
            yield (
                f"{_many(len(self._sent_on), 'answer')} sent the client on to a bucket, "
                "and what that answered is not recorded"
            )
        if self._strange:
            yield f"{_many(len(self._strange), 'token')} came from requests that are not recorded"
        if self._by_recorder:
            yield f"{_many(self._by_recorder, 'answer')} came from the recorder itself, not from a server"
        if self._middle:
            yield f"{_many(self._middle, 'upload')} began before the recording did"
        if self._finished > self._compared:
            number = self._finished - self._compared
            yield f"the bytes of {_many(number, 'upload')} are not in the recording: digests could not be compared"
        for where in sorted(self._unverified)[:5]:
            yield f"the recorder did not verify the certificate of {short(where)}"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
