"""MAN-12: a client asks for more entries of a list than the registry gives in one answer."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Fail, Outcome, Severity, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of, says
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.remedies import change
from regdoctor.sign import sign


@check(
    title="Clients ask for lists in pages that the registry gives",
    severity=Severity.WARNING,
    failure_modes=("MAN-12",),
    symptoms=("PAGINATION_NUMBER_INVALID", "invalid number of results requested"),
    reference="https://distribution.github.io/distribution/about/configuration/#catalog",
)
def page_limit_exceeded(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """A registry gives its lists of repositories and of tags in pages, of 1000 entries where nothing else is set.

    It answers 400 PAGINATION_NUMBER_INVALID where `n` asks for more than catalog.maxentries, or in distribution 3
    tags.maxtags: tools that know of no pages and ask for very many at once get nothing.

    Let the client ask for fewer, and follow the Link header to the next page; or raise the limit.
    """
    return told_by(traffic, "page_limit_exceeded")


@sign(page_limit_exceeded, kinds=(ApiKind.CATALOG, ApiKind.TAGS), statuses=(400,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    setting = _SETTINGS.get(call.kind) if call.kind is not None and call.status == 400 else None
    if setting is None or not answered_by_registry_or_proxy(call) or not says(call, "PAGINATION_NUMBER_INVALID"):
        return None
    asked = short(call.exchange.url.partition("?")[2])
    return Fail(
        f"A client asks {origin_of(call)} for more entries than a page may have ({asked}), and gets none",
        evidence=(call.exchange.quote(),),
        resource=origin_of(call),
        remedy=change(setting, 10_000, "Let the client ask for 1000 at most and follow Link, or allow more."),
    )


_SETTINGS = {ApiKind.CATALOG: "catalog.maxentries", ApiKind.TAGS: "tags.maxtags"}
