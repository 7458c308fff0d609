"""S3-06, S3-23: the store takes the registry's own requests, and refuses the links that it signs for clients."""

from __future__ import annotations

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.evidence.s3_access import S3Access, S3Call
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import change

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
        f"{access.endpoint.bucket} gives the registry an object, and refuses the links that it signs for clients"
        f"{_why(refused)}: pulls fail, and pushes end in 403",
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
