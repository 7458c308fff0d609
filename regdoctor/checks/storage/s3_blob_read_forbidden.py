"""S3-06: the registry's identity may write, but not HEAD or GET, what it keeps in its bucket."""

import json

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Unknown, check
from regdoctor.distribution.s3_operations import Operation, action_of, statement
from regdoctor.evidence.s3_access import S3Access, S3Call
from regdoctor.formats.s3_parameters import S3Endpoint


@check(
    title="The registry's identity may read what is in its bucket",
    severity=Severity.CRITICAL,
    failure_modes=("S3-06",),
    symptoms=('error parsing HTTP 403 response body: unexpected end of JSON input: ""',),
    explains=("health_lies", "registry_unhealthy"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/#s3-permission-scopes",
)
def s3_blob_read_forbidden(access: S3Access) -> Outcome:
    """After an upload, docker asks for the blob with HEAD; the registry sends it on to the bucket with a signed link.

    A link is worth no more than the identity that signed it. Where that may not read the object, the bucket answers the
    HEAD with 403 and, as ever to HEAD, no body: docker tries to read an error from nothing and says `error parsing HTTP
    403 response body: unexpected end of JSON input: ""`. Login works, the health check is green (it only lists), GitLab
    has no part in it. Pulls fail as well. Policies may differ by prefix, so blobs and repositories are tried apart.

    Grant s3:GetObject on the objects of the bucket (`arn:aws:s3:::BUCKET/*`); it covers HEAD, too.
    """
    if access.unusable:
        return Unknown(access.unusable)
    reads = [call for call in access.calls if call.action in (Operation.HEAD, Operation.GET)]
    refused = [call for call in reads if call.refused]
    if not refused:
        return Pass(f"s3:GetObject in {access.endpoint.bucket} is granted") if reads else Unknown("no object was tried")
    # A key that was made up proves nothing: Ceph's gateway answers 403 for it wherever listing is granted for some
    # prefixes only (ceph/ceph#68577). After the first push there are objects to try.
    forbidden = [call for call in reads if call.exists and call in access.forbidden]
    if not forbidden:
        return Unknown(_why(access, refused))
    if any(b"kms:" in call.exchange.body for call in forbidden):
        return Unknown(f"the store refuses to decrypt (kms:Decrypt) rather than to read: {forbidden[-1].quote().quote}")
    return _fail(access, forbidden)


def _why(access: S3Access, refused: list[S3Call]) -> str:
    if all(
        not call.exists and (listing := access.call(Operation.LIST, call.area)) and listing.refused for call in refused
    ):
        return "without permission to list, the store does not say whether an object may be read"
    if not any(call.exists for call in refused):
        return "the bucket holds no object to try, and the store does not say whether one might be read"
    return f"the store refuses to read without saying why: {refused[-1].quote().quote}"


def _fail(access: S3Access, forbidden: list[S3Call]) -> Fail:
    endpoint = access.endpoint
    areas = sorted({call.area for call in forbidden})
    where = " and ".join(f"{endpoint.registry_prefix}{area}/" for area in areas)
    by_identity = any(call.action == Operation.GET for call in forbidden)
    problem = (
        f"The registry's S3 identity may not read objects under {where} of {endpoint.bucket}"
        if by_identity
        else f"HEAD of objects under {where} of {endpoint.bucket} is refused, where GET is not"
    )
    return Fail(
        f"{problem}: pushes end in 403{', and pulls fail' if by_identity else ''}",
        evidence=(access.access_key_named_by, *(call.quote() for call in forbidden)),
        resource=endpoint.bucket,
        remedy={Dialect.PLAIN: _grant(endpoint) if by_identity else _let_head_through()},
    )


def _grant(endpoint: S3Endpoint) -> Remedy:
    return Remedy(
        "Add this statement to the policy of the registry's identity; no restart is needed. (s3:GetObject covers HEAD "
        "and GET; look for a Deny or a condition on the prefix if it is there already.)",
        (json.dumps(statement(action_of(Operation.GET), endpoint.arn)),),
    )


def _let_head_through() -> Remedy:
    return Remedy(
        "GET is allowed and HEAD is not: no S3 policy tells the two apart, so something in front of the store (a "
        "proxy, a WAF) refuses the method. Allow HEAD there."
    )
