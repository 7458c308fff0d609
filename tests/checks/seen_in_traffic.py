"""What the signs of one check make of recorded exchanges, told in the order in which they are given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from regdoctor import catalogue
from regdoctor.check import Check, Dialect, Fail, Outcome, Pass, Skip, Unknown
from regdoctor.evidence.recorded import Recorded
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent
from regdoctor.sign import EndSign, Seen, Sign
from regdoctor.traffic.recognition import recognise
from regdoctor.traffic.story_growth import grow
from tests.traffic.seen_exchanges import API, exchanged

DIGEST = "sha256:" + "ab" * 32
KEY = f"docker/registry/v2/blobs/sha256/ab/{'ab' * 32}/data"
BLOB = f"/v2/group/app/blobs/{DIGEST}"
S3 = f"https://images.s3.eu-central-1.amazonaws.com/{KEY}"
SIGNED = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=[redacted]%2F20231114%2Feu-central-1%2Fs3%2Faws4_request"
    "&X-Amz-Date=20231114T221320Z&X-Amz-Expires=1200&X-Amz-SignedHeaders=host&X-Amz-Signature=[redacted]"
)
S3_LINK = f"{S3}?{SIGNED}"
GCS_LINK = (
    f"https://storage.googleapis.com/images/{KEY}?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=[redacted]"
    "&X-Goog-Date=20231114T221320Z&X-Goog-Expires=1200&X-Goog-Signature=[redacted]"
)
AZURE_LINK = f"https://account.blob.core.windows.net/images/{KEY}?sv=2023-01-01&sig=[redacted]&se=2023-11-14T22:33:20Z"
IN_TIME = ("Date", "Tue, 14 Nov 2023 22:13:25 GMT")
AFTER_ITS_END = ("Date", "Tue, 14 Nov 2023 23:13:25 GMT")
BEFORE_SIGNING = ("Date", "Tue, 14 Nov 2023 21:13:20 GMT")


def seen(check: Check, *recorded: Recorded) -> list[Fail]:
    """The findings of this check in a recording, each seen to have what a finding must have."""
    signs = [one for one in catalogue.signs() if one.check is check]
    assert signs, f"{check.name} has no sign"
    story = Story()
    found: list[Fail] = []
    for number, one in enumerate(recorded, 1):
        call = recognise(one, number, story)
        grow(story, call)
        for sign in catalogue.signs():
            if isinstance(sign, Sign):
                fails = _fails(sign.judge(call, story))
                # All are asked here, and in a recording only those that declare to be about such calls.
                declared = sign.is_about(call.part, call.kind, call.status)
                assert declared or not fails, f"{sign.check.name} finds something in calls that it is not asked for"
                found += fails if sign.check is check else ()
    for sign in signs:
        if isinstance(sign, EndSign):
            found += _fails(sign.judge(story))
    for fail in found:
        assert fail.message
        assert fail.resource
        assert fail.evidence
        assert fail.remedy[Dialect.PLAIN].text.endswith((".", ":", ")"))
    return found


def told(check: Check, traffic: Traffic | Absent) -> tuple[Outcome, ...]:
    """What a check that traffic alone decides says of a whole recording, or of none."""
    judged = check.judge(traffic)
    return (judged,) if isinstance(judged, Pass | Fail | Skip | Unknown) else tuple(judged)


def _fails(judged: Seen) -> Iterable[Fail]:
    return () if judged is None else (judged,) if isinstance(judged, Fail) else judged


def sent_on(
    link: str, status: int | None, *headers: tuple[str, str], body: bytes = b"", method: str = "HEAD", **more: Any
) -> tuple[Recorded, Recorded]:
    """A blob that the registry sends a client to a bucket for, and what the bucket answers; more: of Recorded."""
    led = exchanged(f"{method} {BLOB}", 307, (*API, ("Location", link)))
    return led, exchanged(f"{method} {link}", status, headers, body, **more)


def refusal(code: str, message: str = "no", more: str = "") -> bytes:
    """The document in which a store names an error."""
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>".encode()
