"""S3-05, S3-07: the registry's identity may not list its bucket, so its health check fails and it serves nothing."""

import json

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Unknown, check
from regdoctor.distribution.s3_operations import BUCKET_ACTIONS, Operation, action_of, statement
from regdoctor.evidence.s3_access import S3Access
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Endpoint
from regdoctor.formats.storage_health import checks_its_storage

_NEEDED = sorted(BUCKET_ACTIONS - set(action_of(Operation.LOCATION)))
"""What the registry needs on the bucket itself; no driver asks for its location."""


@check(
    title="The registry's identity may list its bucket",
    severity=Severity.CRITICAL,
    failure_modes=("S3-05", "S3-07"),
    symptoms=("s3aws: AccessDenied", '{"storagedriver_s3":"s3aws: AccessDenied'),
    explains=("registry_unhealthy", "health_lies", "s3_multipart_listing_forbidden"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/#s3-permission-scopes",
)
def s3_list_forbidden(access: S3Access, config: RegistryConfig) -> Outcome:
    """The registry asks its bucket whether something exists by listing; its health check lists the root.

    Without s3:ListBucket that health check fails where health.storagedriver.enabled is on, as Omnibus, the chart and
    Debian's package set it, and after `threshold` failures every URL of the registry answers 503. Where it is off,
    which is the registry's own default, the registry starts and fails at the first pull or push. Garbage collection
    and the catalog list as well.

    A policy may grant listing under a condition on s3:prefix. The health check lists the root directory itself (the
    whole bucket where rootdirectory is not set), so a condition that has `docker/registry/v2/*` alone refuses it. And
    of an object that is not there yet S3 tells 403 instead of 404 to one whose s3:ListBucket stands under such a
    condition, since HEAD and GET have no s3:prefix: distribution 3, which asks by HEAD, then fails where 2.8 did not.

    Grant s3:ListBucket on the bucket itself (not on its objects: `arn:aws:s3:::BUCKET`, no slash behind).
    """
    if access.unusable:
        return Unknown(access.unusable)
    listings = [call for call in access.calls if call.action == Operation.LIST]
    refused = [call for call in listings if call.refused]
    if not listings:
        return Unknown("no listing was tried")
    if not refused:
        return Pass(f"s3:ListBucket on {access.endpoint.bucket} is granted")
    forbidden = [call for call in refused if call.forbidden]
    if not forbidden:
        return Unknown(f"the store refuses a listing without saying why: {refused[0].quote().quote}")
    bucket = access.endpoint.bucket
    is_unhealthy = any(not call.area for call in forbidden) and checks_its_storage(config)
    if not is_unhealthy and all(not call.area for call in forbidden):
        if unclear := [call for call in refused if call.area]:
            return Unknown(f"the store refuses a listing without saying why: {unclear[0].quote().quote}")
        return Pass("s3:ListBucket is granted where the registry lists: its health check, which lists the root, is off")
    prefixes = ", ".join(f"prefix {call.key!r}" if call.key else "the bucket's root" for call in forbidden)
    effect = (
        "its health check fails, and with it every request"
        if is_unhealthy
        else "it finds nothing there, pushes and pulls fail"
    )
    granted = [call for call in listings if call.allowed]
    by_prefix = "; other prefixes are granted: its policy has a condition on s3:prefix, or one for each prefix"
    return Fail(
        f"The registry's S3 identity may not list {bucket} ({prefixes}): {effect}{by_prefix if granted else ''}",
        evidence=(access.access_key_named_by, *(call.quote() for call in (*forbidden, *granted[:1]))),
        resource=bucket,
        failure_modes=("S3-07",) if granted else ("S3-05",),
        remedy={Dialect.PLAIN: _grant(access.endpoint)},
    )


def _grant(endpoint: S3Endpoint) -> Remedy:
    return Remedy(
        "Add this statement to the policy of the registry's identity; no restart is needed. (If it is there already, "
        "take the condition on s3:prefix out of it, and look for a Deny.)",
        (json.dumps(statement(_NEEDED, endpoint.arn)),),
    )
