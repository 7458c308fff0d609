"""S3-06, S3-23: the store takes the registry's own requests, and refuses the links that it signs for clients."""

from __future__ import annotations

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.distribution.store_links import StoreKind
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.s3_access import S3Access, S3Call
from regdoctor.evidence.store_answers import (
    bucket_of,
    code_of,
    is_asked_as_another,
    lapsed_for,
    message_of,
    quotes_of,
    refusing_link,
    sender_of,
)
from regdoctor.evidence.story import Story
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import change
from regdoctor.sign import sign

_EXPIRED = "Request has expired"


@check(
    title="The store takes the links that the registry signs for clients",
    severity=Severity.CRITICAL,
    failure_modes=("S3-06", "S3-23"),
    symptoms=(
        'error parsing HTTP 403 response body: unexpected end of JSON input: ""',
        "The request signature we calculated does not match the signature you provided",
    ),
    reference="https://distribution.github.io/distribution/about/configuration/#redirect",
)
def s3_presigned_refused(access: S3Access, config: RegistryConfig) -> Outcome:
    """The registry sends clients to the store with a link whose query is its signature, made for one method and host.

    The registry's own requests carry the signature in a header. Where these are answered and the links are not,
    something between takes away or changes what was signed: a proxy in front of MinIO that sets another Host or drops
    the query, a bucket policy that denies `s3:authType` REST-QUERY-STRING or a signature older than some minutes, a
    clock that is off by more than the 20 minutes for which a link holds. The health check is green; pulls fail with
    403, and pushes with `error parsing HTTP 403 response body: unexpected end of JSON input: ""`.

    Let the proxy pass Host and query on as they come, and remove the Deny from the bucket's policy. Until then set
    storage.redirect.disable: true: layers go through the registry.
    """
    disable = config.at("storage", "redirect", "disable")
    if disable is not None and disable.switch():
        return Skip("redirects are switched off: clients get no such links")
    elsewhere = config.at("middleware", "storage")
    if elsewhere is not None and elsewhere.decided().value:
        return Skip("a middleware of the storage makes the links that clients get")
    if access.unusable:
        return Unknown(access.unusable)
    refused = [call for call in access.presigned if call.refused]
    if not access.presigned:
        return Unknown("no link was tried")
    if not refused:
        unclear = next((call for call in access.presigned if not call.allowed), None)
        return Unknown(f"not understood: {unclear.quote().quote}") if unclear else Pass("presigned HEAD and GET work")
    own = [access.call(operation, Area.BLOBS) for operation in (Operation.HEAD, Operation.GET)]
    if any(call is None or not call.allowed for call in own):
        return Skip("the registry's own identity is not given the object either: see s3_blob_read_forbidden")
    return Fail(
        f"The bucket {access.endpoint.bucket!r} gives the registry an object, and refuses the links that it signs "
        f"for clients{_why(refused)}: pulls fail, and pushes end in 403",
        evidence=(access.access_key_named_by, *(call.quote() for call in (*own, *refused) if call is not None)),
        resource=access.endpoint.bucket,
        remedy=change(
            "storage.redirect.disable",
            True,
            "Let the proxy in front of the store pass Host and query on as they come, or remove the Deny on "
            "s3:authType or s3:signatureAge from the bucket's policy. Until then let layers go through the registry.",
            now=disable,
        ),
    )


def _why(refused: list[S3Call]) -> str:
    said = next((call for call in refused if call.code), None)
    if said is None:
        return ""
    return f" ({said.code}{', ' + _EXPIRED if _EXPIRED in said.exchange.text() else ''})"


@sign(s3_presigned_refused, parts=(Part.STORE,), statuses=(400, 403))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    link = refusing_link(call, StoreKind.S3)
    if link is None or call.status not in (400, 403):
        return None
    why = _why_in_traffic(call, story)
    if not why:
        return None
    return Fail(
        f"The bucket {bucket_of(link)!r} refuses a link that the registry signed for a client: {why}",
        evidence=quotes_of(call, story),
        resource=bucket_of(link),
        remedy=change(
            "storage.redirect.disable",
            True,
            "Let what stands before the store pass Host and query on as they come, and set the registry's keys to "
            "those of the store. Until then let layers go through the registry.",
        ),
    )


def _why_in_traffic(call: Call, story: Story) -> str:
    """In words; empty where the store's answer is about something else, or about clocks."""
    said, lapsed = code_of(call), lapsed_for(call)
    if said == "SignatureDoesNotMatch":
        return f"{said}: the secret key is wrong, or something between changes what was signed (Host, path or query)"
    if said in _KEYS:
        return f"{said}: the store does not know the access key that the link names"
    if said == "ExpiredToken" or (said in ("", "AccessDenied") and _is_late(call, story)):
        return f"it was followed {f'{lapsed:.0f} s ' if lapsed is not None and lapsed > 0 else ''}after its end"
    if not said and call.status == 403 and call.exchange.method == "HEAD" and is_asked_as_another(call):
        return "it was signed for one host, and asked for by another in its Host header"
    return ""


_KEYS = ("InvalidAccessKeyId", "InvalidToken")
_SOON = 60.0
"""Seconds within which a link that was given a moment ago is followed; one that has ended by then is about clocks."""


def _is_late(call: Call, story: Story) -> bool:
    """Whether the client followed a link long after it was given, or was given one that was old already."""
    if (lapsed_for(call) or 0.0) <= 0 and _EXPIRED not in message_of(call):
        return False
    sender = sender_of(call, story)
    if sender is None or call.link is None:
        return False
    given, signed = sender.exchange.date(), call.link.signed
    was_old = given is not None and signed is not None and given - signed > _SOON
    return was_old or call.exchange.started - sender.recorded.ended > _SOON
