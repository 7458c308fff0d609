"""S3-24: what answers at the endpoint is no object store."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.s3_bucket import BucketSettings
from regdoctor.foreign_text import short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.formats.xml_tree import NotXmlError, parse_xml
from regdoctor.remedies.object_store import in_the_store

_OF_NO_STORE = (404, 405, 410)
"""Statuses by which a web server says that it has nothing of the kind; 403 and 5xx may be a proxy's before a store."""


@check(
    title="What answers at the storage's endpoint is an object store",
    severity=Severity.CRITICAL,
    failure_modes=("S3-24",),
    symptoms=("failed to decode REST XML response",),
    explains=("registry_unhealthy", "health_lies"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_endpoint_is_no_store(bucket: BucketSettings, config: RegistryConfig) -> Outcome:
    """The registry asks for a listing of its bucket, and gets a page of some web server instead.

    That is a console instead of the interface for programs (MinIO has them on two ports, 9001 and 9000), a login page
    or a start page of a proxy, or an address that now belongs to something else. Where it answers 200 to everything the
    registry takes the page for an empty listing: its health check is green, and every pull answers 404. XML that breaks
    off makes it log `failed to decode REST XML response`.

    Set regionendpoint to the address of the store's S3 interface, and restart the registry.
    """
    listing = bucket.answer("ListObjects")
    parameters = s3_parameters(config)
    if parameters is None:
        return Skip("the storage is not S3")
    if listing is None:
        return Unknown(bucket.unanswered)
    problem = _problem(listing.exchange, listed=bucket.listed)
    if not problem:
        return Unknown(bucket.unanswered) if bucket.unanswered else Pass("it lists the bucket")
    endpoint = parameters.value("regionendpoint")
    said = (endpoint.quote(),) if endpoint is not None else ()
    return Fail(
        f"What answers at {short(bucket.endpoint.url)} is no object store: {problem}",
        evidence=(*said, bucket.named_by, listing.quote()),
        resource=parameters.setting("regionendpoint"),
        remedy=in_the_store(
            f"Set {parameters.setting('regionendpoint')} to the address of the store's S3 interface (with MinIO "
            "port 9000 and not the console's 9001) and restart the registry; see that no proxy before it answers in "
            "its place."
        ),
    )


def _problem(exchange: Exchange, *, listed: bool) -> str:
    """What is wrong with the answer to a listing; empty for what a store may say."""
    if exchange.status == 200 and exchange.truncated:
        return f"the listing of one key does not end within {len(exchange.body)} bytes"
    if exchange.failure is not None:
        return ""
    try:
        root = parse_xml(exchange.body)
    except NotXmlError as error:
        if exchange.status == 200 and (listed or not _is_page(exchange)):
            return f"the answer to a listing is {short(str(error))}"
        if exchange.status == 200 or (exchange.status in _OF_NO_STORE and _is_page(exchange)):
            return f"a listing is answered with {exchange.status} and a page for people"
        return ""
    if root.name.lower() == "html" and exchange.status in (200, *_OF_NO_STORE):
        return f"a listing is answered with {exchange.status} and a page for people"
    if exchange.status == 200 and root.name != "ListBucketResult":
        return f"a listing is answered with a document called {short(root.name)}"
    return ""


def _is_page(exchange: Exchange) -> bool:
    return b"<html" in exchange.body[:2048].lower() or "html" in (exchange.header("Content-Type") or "").lower()
