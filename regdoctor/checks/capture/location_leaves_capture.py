"""PROXY-03: an answer sends the client past the reverse proxy that records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from regdoctor.check import Dialect, Fail, Outcome, Remedy, Severity, check
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import LEADING_ON, answered_by_registry_or_proxy, at_the_recorder, authority_of
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.sign import sign_at_end


@check(
    title="All that a recorded client does goes by the recorder",
    severity=Severity.INFO,
    failure_modes=("PROXY-03",),
    reference="https://docs.mitmproxy.org/stable/concepts/modes/",
)
def location_leaves_capture(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """A recorder that stands before the registry as a reverse proxy sees what is sent to its own address.

    It does not rewrite the addresses in answers. Where Location or the realm of a challenge is a whole URL, the client
    goes on there by itself: the token service, the rest of an upload, or the bucket is missing in the recording. This
    is the recorder's doing, and tells of no fault. An address to which calls were recorded is not told.

    To see the rest, record as a regular proxy, which clients are told of by HTTPS_PROXY; or let a further reverse proxy
    stand before the address that is named. An upload stays with the recorder where the registry has http.relativeurls.
    """
    return told_by(traffic, "location_leaves_capture")


_ON = frozenset((*LEADING_ON, 301, 302, 303))


@sign_at_end(location_leaves_capture)
def _in_recording(story: Story) -> Iterable[Fail]:
    told: dict[str, Fail] = {}
    for where, what, header, call in _leads(story):
        authority = authority_of(where)
        if authority and authority not in story.reached and not at_the_recorder(where, call):
            # `//host/path` keeps the scheme that the client came by.
            scheme = (call.recorded.capture_origin if where.startswith("//") else where).partition(":")[0].lower()
            place = short(f"{scheme}://{authority}")
            told.setdefault(place, _fail(what, header, place, call))
    return tuple(told.values())


def _leads(story: Story) -> Iterator[tuple[str, str, str, Call]]:
    """Where answers to a recorder before a server led to by whole addresses; what for, in which header, by which."""
    for challenge, call in story.challenges.values():
        if call.recorded.capture_origin and answered_by_registry_or_proxy(call):
            yield challenge.realm or "", "the token", "WWW-Authenticate", call
    for call in story.sent_to.values():
        if call.recorded.capture_origin and call.part is Part.REGISTRY and call.status in _ON:
            if answered_by_registry_or_proxy(call):
                yield call.exchange.header("Location") or "", f"{call.kind}", "Location", call


def _fail(what: str, header: str, place: str, call: Call) -> Fail:
    return Fail(
        f"{what[:1].upper()}{what[1:]} goes on at {place}, past the recorder at {short(call.recorded.capture_origin)}: "
        "nothing that was asked there is in the recording",
        evidence=(call.exchange.quote(header),),
        resource=place,
        remedy={
            Dialect.PLAIN: Remedy(
                "Record as a regular proxy to see it (`regdoctor capture run --help` shows how), or stand a further "
                f"reverse proxy before {place}."
            )
        },
    )
