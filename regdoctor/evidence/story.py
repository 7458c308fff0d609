"""What a recording has told up to now: what a call must be held against before anything is said of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from regdoctor.distribution.challenges import Challenge
from regdoctor.distribution.upload_states import UploadState
from regdoctor.evidence.call import Call

_RANGE = re.compile(r"(?:bytes=)?0-([0-9]{1,18})")
"""What an answer to an upload says it has (registry/handlers/blobupload.go, blobUploadResponse)."""


@dataclass(slots=True)
class Upload:
    """One upload of a blob, from POST to PUT."""

    repository: str
    client: str
    start: Call | None
    """The POST; None where the recording begins later."""
    calls: list[Call] = field(default_factory=list)
    """All that name it, the start first, in the order in which they ended."""
    states: list[tuple[Call, UploadState]] = field(default_factory=list)
    """Each `_state` that an answer gave, with the answer."""
    finished: bool = False
    """Whether PUT was answered 201."""

    @property
    def stored(self) -> int | None:
        """Bytes that the registry says it has, by the last answer's Range (`0-N`: N + 1); None where none said.

        `0-0` is written for nothing and for one byte alike (distribution's pushes begin so) and counts as nothing.
        """
        for call in reversed(self.calls):
            if call.exchange.ok and (found := _RANGE.fullmatch((call.exchange.header("Range") or "").strip())):
                last = int(found[1])
                return last + 1 if last else 0
        return None


@dataclass(slots=True)
class TokenGiven:
    """A token that a token service gave."""

    call: Call
    """The token service's answer."""
    scope: str
    """The scopes that were asked for, as the query or the form has them, parted by blanks."""


@dataclass(slots=True)
class Story:
    """All that calls are held against; grown by traffic/telling.py alone, read by signs.

    A sign is asked after its call has been taken in. What is kept does not grow with the bytes of the traffic: calls
    hold no bodies but small JSON.
    """

    capture_origin: str = ""
    """In reverse mode, scheme, host and port that clients use for the recorder: `http://127.0.0.1:5001`; empty else."""
    upstream_origin: str = ""
    """In reverse mode, what the recorder asks in turn; empty else."""
    registries: dict[str, Call] = field(default_factory=dict)
    """By origin (`https://registry.example.com`): the first answer that was a registry's."""
    challenges: dict[str, tuple[Challenge, Call]] = field(default_factory=dict)
    """By origin: the last bearer challenge of that registry, with the answer that brought it."""
    realms: dict[str, str] = field(default_factory=dict)
    """URL of a token service without its query, to the origin of the registry that named it."""
    sent_to: dict[str, Call] = field(default_factory=dict)
    """URL without its query that some answer's Location led to, to that call."""
    tokens: dict[str, TokenGiven] = field(default_factory=dict)
    """By the token's mark."""
    uploads: dict[str, Upload] = field(default_factory=dict)
    """By UUID."""
    blobs_sent_on: dict[str, Call] = field(default_factory=dict)
    """By digest: the last answer that sent a client on to a bucket for that blob."""
    blobs_taken: dict[tuple[str, str], Call] = field(default_factory=dict)
    """By repository and digest: the end of the upload by which the registry took a blob lately, and which nobody
    deleted since, nor a manifest of that repository."""
    deletions: dict[tuple[str, str], Call] = field(default_factory=dict)
    """By repository and digest: the deletion of a blob; by repository and an empty text, that of a manifest or a tag,
    after which any blob of it may rightly be gone. None of what was pushed again."""
    accepted_types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By client: the media types in its last Accept header for a manifest."""
    skews: dict[str, list[tuple[float, float, Call]]] = field(default_factory=dict)
    """By origin: for answers with a Date that no cache kept, the least and the most that the server's clock is ahead of
    the recorder's, in seconds, with the answer; at most the first, and those that narrow it."""
    clocks: dict[str, tuple[float, float]] = field(default_factory=dict)
    """By origin: the narrowest of what `skews` has, which is the highest least and the lowest most."""
    reached: set[str] = field(default_factory=set)
    """Hosts and ports to which calls were recorded, as their clients name them: a call to a recorder that stands before
    a server counts for the server's own address only where an answer had led there."""
    serving: set[tuple[str, str]] = field(default_factory=set)
    """Host and bucket of each bucket that handed out an object, or said that it has it."""
    counts: dict[str, int] = field(default_factory=dict)
    """Calls by part."""
