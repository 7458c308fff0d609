"""FS-03, PROXY-20: the registry finds another digest than the client named."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Quote, Remedies, Remedy, Severity, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.digests import parse_digest
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of, says
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign

_ENDS = (ApiKind.UPLOAD_FINISH, ApiKind.UPLOAD_WHOLE)


@check(
    title="Uploads arrive as they were sent",
    severity=Severity.ERROR,
    failure_modes=("FS-03", "PROXY-20"),
    symptoms=("digest invalid: provided digest did not match uploaded content", "DIGEST_INVALID"),
    reference="https://distribution.github.io/distribution/about/deploying/#load-balancing-considerations",
)
def upload_digest_differs(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """A push ends each layer with its digest, and the registry compares it with that of the bytes that it stored.

    Where it answers DIGEST_INVALID, a recording that took the digest of what went by tells the two causes apart. Were
    those bytes right, they were lost behind the recorder: in a proxy there, or in a storage that shows an instance old
    files, as NFS does where several instances share a folder. Were they wrong, the client or what stands before the
    recorder has sent something else than it named.

    Mount an NFS folder that instances share with noac, or give every client one instance. Where the bytes were wrong
    already, push from another host, and let no program on the way change bodies.
    """
    return told_by(traffic, "upload_digest_differs")


@sign(upload_digest_differs, kinds=_ENDS, statuses=(400,))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.api is None or call.kind not in _ENDS or call.status != 400:
        return None
    if not answered_by_registry_or_proxy(call) or not says(call, "DIGEST_INVALID"):
        return None
    named, went_by = call.api.digest, _went_by(call, story)
    if not _is_digest(named):
        return None  # the same code is answered to a digest that is missing or malformed: the client's own mistake
    if not went_by or not named.startswith("sha256:"):
        case, remedy, modes = "which bytes went by is not in the recording", _UNTOLD, None
    elif went_by == named:
        case, remedy, modes = "the bytes that went by are right, and were lost behind the recorder", _BEHIND, ("FS-03",)
    else:
        case, remedy, modes = f"the bytes that went by are those of {went_by}", _BEFORE, ("PROXY-20",)
    seen = (Quote("digest of the bytes that went by", went_by),) if went_by else ()
    return Fail(
        f"{origin_of(call)} finds another digest than {short(named)} in what was uploaded: {case}",
        evidence=(call.exchange.quote(), *seen),
        resource=origin_of(call),
        failure_modes=modes,
        remedy=remedy,
    )


def _is_digest(text: str) -> bool:
    try:
        parse_digest(text)
    except ValueError:
        return False
    return True


def _went_by(call: Call, story: Story) -> str:
    """The digest of the whole upload, where it came in one piece whose digest is known; else empty."""
    upload = story.uploads.get(call.api.upload) if call.api is not None and call.api.upload else None
    if upload is not None and upload.start is None:
        return ""
    calls = upload.calls if upload is not None else [call]
    if any(one.recorded.cut_off_early for one in calls):
        return ""
    pieces = [one for one in calls if one.kind in (ApiKind.UPLOAD_CHUNK, *_ENDS) and one.recorded.request_size != 0]
    # PUT that ends an upload in pieces has no body, and its size is not always written down.
    pieces = [one for one in pieces if one.recorded.request_digest or one.kind is ApiKind.UPLOAD_CHUNK]
    return pieces[0].recorded.request_digest if len(pieces) == 1 else ""


_BEHIND: Remedies = {
    Dialect.PLAIN: Remedy(
        "Look behind the recorder. Where several instances share a folder by NFS, mount it with noac or let the load "
        "balancer send each client to one instance; else see that no proxy there changes bodies.",
        ("findmnt -t nfs,nfs4",),
    )
}
_BEFORE: Remedies = {
    Dialect.PLAIN: Remedy(
        "Look before the recorder: push the same image from another host, and see that no proxy or scanner between "
        "client and recorder changes bodies."
    )
}
_UNTOLD: Remedies = {
    Dialect.PLAIN: Remedy(
        "Record the whole upload by `regdoctor capture run`, which takes the digest of what goes by: it tells whether "
        "the bytes were lost before the registry or in its storage."
    )
}
