"""S3-06: the registry's identity may write, but not HEAD or GET, what it keeps in its bucket."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Unknown, check
from regdoctor.evidence.s3_access import PERMISSION_CODES, S3Access, S3Call


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
    reads = [call for call in access.calls if call.action in ("HEAD", "GET")]
    refused = [call for call in reads if call.refused]
    if not refused:
        return Pass(f"s3:GetObject in {access.endpoint.bucket} is granted") if reads else Unknown("no object was tried")
    unlisted = [area for area in ("blobs", "repositories") if _listing_refused(access, area)]
    if all(call.exchange.status == 403 and call.area in unlisted and not call.exists for call in refused):
        # S3 answers 403 for a key that is not there to one who may not list: nothing is told of reading.
        return Unknown("without permission to list, the store does not say whether an object may be read")
    return _judge(access, refused)


def _listing_refused(access: S3Access, area: str) -> bool:
    listing = access.call("LIST", area)
    return listing is not None and listing.refused


def _judge(access: S3Access, refused: list[S3Call]) -> Outcome:
    areas = sorted({call.area for call in refused})
    actions = sorted({call.action for call in refused}, reverse=True)
    if "GET" in actions and not any(call.code in PERMISSION_CODES for call in refused):
        return Unknown(f"the store refuses to read without saying why: {refused[0].quote().quote}")
    endpoint = access.endpoint
    where = " and ".join(f"{endpoint.registry_prefix}{area}/" for area in areas)
    what = " and ".join(actions)
    return Fail(
        f"The registry's S3 identity may not {what} objects under {where} of {endpoint.bucket}: pushes and pulls "
        "end in 403",
        evidence=(access.access_key_named_by, *(call.quote() for call in refused)),
        resource=endpoint.bucket,
        remedy={Dialect.PLAIN: _remedy(endpoint.bucket) if "GET" in actions else _head_remedy()},
    )


def _remedy(bucket: str) -> Remedy:
    return Remedy(
        "Add this statement to the policy of the registry's identity; no restart is needed. (s3:GetObject covers "
        "HEAD and "
        "GET; look for a Deny or a condition on the prefix if it is there already.)",
        (f'{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{bucket}/*"}}',),
    )


def _head_remedy() -> Remedy:
    return Remedy(
        "GET is allowed and HEAD is not: no S3 policy tells the two apart, so something in front of the store (a "
        "proxy, a "
        "WAF) refuses the method. Allow HEAD there."
    )
