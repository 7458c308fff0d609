"""S3-19: the object store's clock is so far from the registry's that it refuses signed requests."""

from collections.abc import Iterable
from dataclasses import replace

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.store_links import StoreKind
from regdoctor.evidence.call import Part
from regdoctor.evidence.call_clocks import quote_of, reading_at
from regdoctor.evidence.clocks import Clocks, Reading
from regdoctor.evidence.s3_bucket import BucketSettings, StoreAnswer
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.sign import sign_at_end

LIMIT = 15 * 60.0
"""Seconds that S3 lets a signed request's time differ from its own (S3 API, RequestTimeTooSkewed)."""


@check(
    title="The clocks of the registry and of the object store agree",
    severity=Severity.ERROR,
    failure_modes=("S3-19",),
    symptoms=(
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large",
    ),
    explains=("registry_unhealthy", "s3_blob_read_forbidden", "s3_keys_refused", "s3_list_forbidden"),
    reference="https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
)
def object_store_clock_skew(clocks: Clocks | Absent, bucket: BucketSettings | Absent) -> Outcome:
    """Every request to S3 carries the time of signing; the store refuses one that is 15 minutes from its own time.

    It answers 403 RequestTimeTooSkewed then, to everything: the registry's health check, pushes and pulls, and also
    to the links for download that the registry signs. The registry's clock is read from its own answer where it can
    be asked without a proxy in between. Through the public address alone it may be a proxy's, and the finding is a
    warning. On the registry's own host the store's word is enough: regdoctor signs by the same clock.

    Let NTP set the clock of the registry's host, or of the store's where that is your own.
    """
    refused = next(bucket.errors("RequestTimeTooSkewed"), None) if isinstance(bucket, BucketSettings) else None
    if refused is not None:
        return _told(refused)
    if isinstance(clocks, Absent):
        return Unknown(clocks.reason) if clocks.applicable else Skip(clocks.reason)
    registry, store = clocks.registry, clocks.object_store
    if store is None:
        missing = clocks.why_unread("object store")
        return Unknown(missing) if missing else Skip("the registry stores in no S3 that is known here")
    if registry is None:
        return Unknown(
            clocks.why_unread("registry") or "the registry's address is not known, so its clock was not read"
        )
    apart = store.offset - registry.offset
    doubt = store.uncertainty + registry.uncertainty
    words = f"{store.words}, {registry.words}, against this machine's clock"
    if abs(apart) + doubt <= LIMIT:
        return Pass(words if registry.direct else f"{words}, as far as it shows through the public address")
    if abs(apart) - doubt <= LIMIT:
        return Unknown(f"too near to the 15 minutes that S3 allows to tell: {words}")
    return _fail(registry, store, apart)


def _fail(registry: Reading, store: Reading, apart: float) -> Fail:
    compared = "the registry's" if registry.direct else "the registry's, or the proxy's in front of it"
    return Fail(
        f"The object store's clock is {abs(apart) / 60:.0f} min {'ahead of' if apart > 0 else 'behind'} {compared}; "
        "S3 refuses requests from 15 min on",
        severity=Severity.ERROR if registry.direct else Severity.WARNING,
        evidence=(store.quote(), registry.quote()),
        resource=store.exchange.url,
        remedy=_REMEDY,
    )


def _told(refused: StoreAnswer) -> Fail:
    """The store itself says so. It was asked from the registry's own host, whose clock signed."""
    error = refused.error
    says = f" (it is {short(error.server_time)} there)" if error is not None and error.server_time else ""
    return Fail(
        f"The object store refuses what is signed on this host: the clocks are more than 15 min apart{says}",
        evidence=(
            refused.quote(),
            Quote("this host's clock", f"at the request: {refused.exchange.started:.0f} (epoch)"),
        ),
        resource=refused.exchange.url.partition("?")[0],
        remedy=_REMEDY,
    )


_REMEDY: Remedies = {
    Dialect.HELM: Remedy("Let NTP set the clock of the nodes that run the registry's pods."),
    Dialect.PLAIN: Remedy(
        "Let NTP set the clock of the registry's host, and of the object store's where it is your own.",
        ("timedatectl status", "sudo timedatectl set-ntp true"),
    ),
}


@sign_at_end(object_store_clock_skew)
def _in_traffic(story: Story) -> Iterable[Fail]:
    """From the dates of the answers of one registry and of the bucket that its links lead to."""
    registries = [origin for origin in story.registries if origin in story.skews]
    if len(registries) != 1:
        return  # which of them signed a link is not told
    registry = reading_at(story, registries[0], "registry")
    for origin, seen in story.skews.items():
        link = seen[0][2].link if seen[0][2].part is Part.STORE else None
        store = reading_at(story, origin, "object store") if link is not None and link.kind is StoreKind.S3 else None
        if registry is None or store is None:
            continue
        told = object_store_clock_skew.judge(Clocks(registry, None, store), _NOT_ASKED)
        if isinstance(told, Fail):
            yield replace(told, evidence=(quote_of(store), quote_of(registry)), resource=origin)


_NOT_ASKED = Absent("traffic does not show the registry's own requests", applicable=False)
