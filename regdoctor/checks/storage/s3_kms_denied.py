"""S3-20: the registry's identity may use the bucket, and not the key that encrypts it."""

import re

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Severity, Unknown, check
from regdoctor.distribution.store_links import StoreKind
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.s3_bucket import BucketSettings, Untold
from regdoctor.evidence.s3_writes import S3Writes, is_about_key, named_action
from regdoctor.evidence.store_answers import bucket_of, code_of, endpoint_of_link, message_of, quotes_of, refusing_link
from regdoctor.evidence.story import Story
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.injection import Absent
from regdoctor.remedies.s3_grants import grant_key
from regdoctor.sign import sign

_ARN = re.compile(r"arn:aws[a-z-]{0,20}:kms:[a-z0-9-]{1,30}:[0-9]{12}:(?:key|alias)/[A-Za-z0-9/_-]{1,256}")


@check(
    title="The registry's identity may use the key that encrypts its bucket",
    severity=Severity.CRITICAL,
    failure_modes=("S3-20",),
    symptoms=("is not authorized to perform: kms:GenerateDataKey", "is not authorized to perform: kms:Decrypt"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/#s3-permission-scopes",
)
def s3_kms_denied(writes: S3Writes, config: RegistryConfig, bucket: BucketSettings | Absent) -> Outcome:
    """With SSE-KMS, S3 uses the key in the name of whoever asks, so that identity needs permission on the key too.

    To write it takes kms:GenerateDataKey; to read, to copy and to go on with an upload in parts it takes kms:Decrypt.
    A missing one comes as AccessDenied, as if the bucket refused, so people look in the wrong policy. docker shows
    `received unexpected HTTP status: 500 Internal Server Error` at the push. The key may be named by keyid, or by the
    bucket's own default encryption. A key that is switched off, or in another region, gives KMS.DisabledException or
    KMS.NotFoundException.

    Grant both actions on the key to the registry's identity, and let the key's own policy allow its account. Switch the
    key on again, or name one that exists, where that is what the store says.
    """
    if writes.unusable:
        return Unknown(writes.unusable)
    refused = [call for call in writes.calls if is_about_key(call)]
    if not refused:
        if writes.calls and all(call.done for call in writes.calls):
            return Pass("objects are written, copied and read again")
        return Unknown("the store refuses calls for other reasons, so that the key was not tried by all")
    s3 = s3_parameters(config)
    named = s3.value("keyid") if s3 else None
    by_code = refused[0].code.startswith("KMS.")
    actions = sorted({named_action(call) for call in refused} - {""})
    problem = f"{refused[0].code} of the encryption key" if by_code else " and ".join(actions) or "use of the KMS key"
    arns = [_ARN.search(call.exchange.text()) for call in refused]
    own, own_quotes = _own_key(bucket)
    configured = s3.written("keyid") if s3 and named else own
    key = next((found.group() for found in arns if found), "")
    return Fail(
        f"S3 refuses the registry's identity {problem} for {writes.endpoint.bucket}: pushes or pulls fail",
        evidence=(*writes.evidence(*refused[:3]), *((named.quote(),) if named else own_quotes)),
        resource=key or writes.endpoint.bucket,
        remedy={Dialect.PLAIN: grant_key(writes.endpoint, key or (configured if _ARN.fullmatch(configured) else ""))},
    )


def _own_key(bucket: BucketSettings | Absent) -> tuple[str, tuple[Quote, ...]]:
    """The key of the bucket's default encryption, which counts where the registry names none, and its evidence."""
    if isinstance(bucket, Absent) or isinstance(bucket.encryption, Untold) or not bucket.encryption[1]:
        return "", ()
    return bucket.encryption[1], bucket.quote_of("GetBucketEncryption")


@sign(s3_kms_denied, parts=(Part.STORE,), statuses=(400, 403))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    link = refusing_link(call, StoreKind.S3) if call.status in (400, 403) else None
    endpoint = endpoint_of_link(link) if link is not None else None
    if link is None or endpoint is None:
        return None
    said, words = code_of(call), message_of(call)
    if not said.startswith("KMS.") and not (said == "AccessDenied" and "kms:" in words):
        return None
    key = _ARN.search(words)
    problem = f"{said} of the encryption key" if said.startswith("KMS.") else "use of the KMS key"
    return Fail(
        f"S3 refuses the registry's identity {problem} for {bucket_of(link)}: layers cannot be pulled",
        evidence=quotes_of(call, story),
        resource=bucket_of(link),
        remedy={Dialect.PLAIN: grant_key(endpoint, key.group() if key else "")},
    )
