"""PROXY-25, FS-04: what the registry has of an upload is not what the client has sent."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Quote, Remedy, Severity, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.errors import RegistryError
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import (
    UPLOADS,
    answered_by_registry_or_proxy,
    errors_of,
    origin_of,
    request_header,
)
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story, Upload
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import clean, short
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign

_OF_TWO = "BLOB_UPLOAD_INVALID"
"""What distribution 2 answers to a wrong offset; the others have codes for it (registry/handlers/blobupload.go)."""
_CODES = ("RANGE_INVALID", "CONTENT_RANGE_INVALID", _OF_TWO)
_BEFORE = (ApiKind.UPLOAD_START, ApiKind.UPLOAD_MOUNT, ApiKind.UPLOAD_CHUNK)
"""The answers of distribution 2 to GET say 0 on purpose (registry/handlers/blobupload.go, `fresh`)."""
_REMEDIES = {
    Dialect.PLAIN: Remedy(
        "Let all instances of the registry write to one storage that shows each what the others wrote at once, or let "
        "the load balancer send every request of a client to the same instance. Where one instance runs, push anew: "
        "an upload that broke off cannot be gone on with from its beginning."
    )
}


@check(
    title="Registry and client agree how much of an upload is there",
    severity=Severity.WARNING,
    failure_modes=("PROXY-25", "FS-04"),
    symptoms=("upload resumed at wrong offset", "RANGE_INVALID", "CONTENT_RANGE_INVALID", "blob upload invalid"),
    reference="https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-a-blob-in-chunks",
)
def upload_out_of_step(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """Each answer to a piece of an upload says how much the registry has now, and the next piece goes on from there.

    The two disagree where another instance takes the next piece and sees another file, or where a piece broke off in
    the middle and the client goes on from its beginning. The registry then answers 416 (distribution 2: 404 `blob
    upload invalid`), or takes the piece and loses bytes, which shows at the end as a digest that does not match.

    Let all instances write to one storage, or send every request of a client to the same instance.
    """
    return told_by(traffic, "upload_out_of_step")


@sign(upload_out_of_step, kinds=UPLOADS, statuses=(202, 404, 416))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.api is None or call.kind not in UPLOADS or call.status not in (202, 404, 416):
        return None
    if not answered_by_registry_or_proxy(call):
        return None
    upload = story.uploads.get(call.api.upload)
    if call.status == 202:
        return _lost(call, upload) if upload is not None else None
    error = next((one for one in errors_of(call) if one.code in _CODES), None)
    if error is None or (error.code == _OF_TWO and not _is_of_offset(call, error)):
        return None
    where = request_header(call.exchange, "Content-Range")
    wanted = f" from {short(where)} on" if where else ""
    stored = upload.stored if upload is not None else None
    has = f", of which it has {stored:,} bytes by its last answer" if stored is not None else ""
    return Fail(
        f"{origin_of(call)} does not take a {call.exchange.method} to an upload{wanted}{has}: {clean(str(error))}",
        evidence=(*_before(call, upload), call.exchange.quote("Range")),
        resource=origin_of(call),
        remedy=_REMEDIES,
    )


def _is_of_offset(call: Call, error: RegistryError) -> bool:
    """Whether distribution 2 means the offset: the state is this upload's, and is not refused for its signature.

    A signature that it does not know is refused by the same code, with a detail: see http_secret_differs.
    """
    api = call.api
    if error.detail is not None or api is None or api.state is None:
        return False
    return (api.state.name, api.state.upload) == (api.repository, api.upload)


def _lost(call: Call, upload: Upload) -> Seen:
    """Where the registry took a piece, and says that it has less than was sent until then."""
    size = call.recorded.request_size
    if call.kind is not ApiKind.UPLOAD_CHUNK or not size or len(upload.states) < 2 or len(upload.calls) < 2:
        return None
    (before, known), (now, told) = upload.states[-2:]
    if now is not call or upload.calls[-2] is not before or before.kind not in _BEFORE:
        return None
    if call.recorded.cut_off_early or call.exchange.failure is not None or told.offset >= known.offset + size:
        return None
    states = f"_state of the answers: {known.offset:,} bytes, then {told.offset:,}"
    return Fail(
        f"{origin_of(call)} had {known.offset:,} bytes of an upload, took {size:,} more, and has {told.offset:,}: "
        "bytes are lost between its instances, or on the way",
        evidence=(*_before(call, upload), call.exchange.quote("Range"), Quote(call.exchange.quote().source, states)),
        resource=origin_of(call),
        severity=Severity.ERROR,
        remedy=_REMEDIES,
    )


def _before(call: Call, upload: Upload | None) -> tuple[Quote, ...]:
    """The last answer before this one."""
    others = [one for one in upload.calls if one is not call] if upload is not None else []
    return tuple(one.exchange.quote("Range") for one in others[-1:])
