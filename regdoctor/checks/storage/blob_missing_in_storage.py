"""FS-08, S3-30: a blob that the registry knows of is not in its storage."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Quote, Remedy, Severity, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.store_links import StoreKind
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, authority_of, request_header, says
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.store_answers import bucket_of, code_of, quotes_of, refusing_link, sender_of
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.sign import sign


@check(
    title="The blobs that the registry knows of are in its storage",
    severity=Severity.ERROR,
    failure_modes=("FS-08", "S3-30"),
    symptoms=("blob unknown to registry", "NoSuchKey", "unknown blob"),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def blob_missing_in_storage(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """A manifest names its layers; the registry keeps each once, and a link to it in every repository that has it.

    Where the data is gone and the links stayed, pushes skip the layer as present and pulls fail with `blob unknown`, or
    with 404 of the bucket that the client is sent to. A lifecycle rule that expires objects, a garbage collection
    beside pushes, a copy that was broken off and a cache of blobs that outlived them bring it about.

    Remove what deletes objects first. Then push the image again from where it is whole; where the registry takes its
    layers for present, clear its cache of blobs (Redis, or a restart), and delete the repository's image before.
    """
    return told_by(traffic, "blob_missing_in_storage")


@sign(blob_missing_in_storage, kinds=(None, ApiKind.BLOB_GET, ApiKind.BLOB_HEAD), statuses=(404,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    if call.status != 404:
        return None
    link = refusing_link(call, StoreKind.S3, StoreKind.GCS, StoreKind.AZURE)
    if link is not None:
        said = code_of(call)
        is_absent = said in _ABSENT or (not said and call.exchange.method == "HEAD")
        sender = sender_of(call, story)
        if not link.digest or call.sent_by is None or not is_absent:
            return None
        if sender is not None and _is_deleted(sender.repository, link.digest, story):
            return None
        what = f"The registry sends clients to its bucket for {short(link.digest)}, and it is not there"
        # S3 answers HEAD with 404 and no word more where the bucket itself is gone.
        if not said and (authority_of(link.url), link.bucket) not in story.serving:
            what += f"; or the bucket {bucket_of(link)} is not, of which nothing was seen to be"
        return _fail(what, quotes_of(call, story), link.digest)
    if call.api is None or call.kind not in (ApiKind.BLOB_GET, ApiKind.BLOB_HEAD):
        return None
    if not answered_by_registry_or_proxy(call):
        return None
    digest = call.api.reference
    if taken := story.blobs_taken.get((call.repository, digest)):
        what = f"The registry took {short(digest)} into {short(call.repository)}, and does not have it a moment later"
        return _fail(what, (taken.exchange.quote(), call.exchange.quote()), digest)
    # Clients ask with GET for what a manifest names. Windows asks so for layers that are kept elsewhere, too.
    is_get = call.kind is ApiKind.BLOB_GET and says(call, "BLOB_UNKNOWN")
    if not is_get or _is_deleted(call.repository, digest, story):
        return None
    if "windows" in request_header(call.exchange, "User-Agent").lower():
        return None
    what = f"{short(call.repository)} does not have {short(digest)}, which a client asks for as part of an image"
    return _fail(what, (call.exchange.quote(),), digest, Severity.WARNING)


_ABSENT = ("NoSuchKey", "BlobNotFound")


def _is_deleted(repository: str, digest: str, story: Story) -> bool:
    """Whether somebody was seen to delete the blob, or a manifest of its repository: then it is rightly gone."""
    return (repository, digest) in story.deletions or (repository, "") in story.deletions


def _fail(what: str, quotes: tuple[Quote, ...], digest: str, severity: Severity | None = None) -> Fail:
    return Fail(
        what,
        evidence=quotes,
        resource=short(digest),
        severity=severity,
        remedy={
            Dialect.PLAIN: Remedy(
                "Remove what deletes objects (a lifecycle rule of the bucket, a garbage collection beside pushes); "
                "then push the image again from where it is whole."
            )
        },
    )
