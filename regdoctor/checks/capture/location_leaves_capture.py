"""PROXY-03: an answer sends the client past the reverse proxy that records."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from regdoctor.check import Dialect, Fail, Outcome, Remedy, Severity, check
from regdoctor.distribution.challenges import parse_challenges
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import LEADING_ON, answered_by_registry_or_proxy, at_the_recorder, authority_of
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign


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
    is the recorder's doing, and tells of no fault.

    To see the rest, record as a regular proxy, which clients are told of by HTTPS_PROXY; or let a further reverse proxy
    stand before the address that is named. An upload stays with the recorder where the registry has http.relativeurls.
    """
    return told_by(traffic, "location_leaves_capture")


_ON = frozenset((*LEADING_ON, 302, 303, 401))


@sign(location_leaves_capture, parts=(Part.REGISTRY,), statuses=_ON)
def _in_traffic(call: Call, story: Story) -> Seen:
    if not story.capture_origin or call.status not in _ON or not answered_by_registry_or_proxy(call):
        return None
    where = _realm(call) if call.status == 401 else call.exchange.header("Location") or ""
    try:
        parts = urlsplit(where)
    except ValueError:
        return None
    if not parts.netloc or at_the_recorder(where, story):
        return None
    what, header = ("the token", "WWW-Authenticate") if call.status == 401 else (f"{call.kind}", "Location")
    # `//host/path` keeps the scheme that the client came by.
    place = short(f"{parts.scheme or story.capture_origin.partition(':')[0]}://{authority_of(where)}")
    return Fail(
        f"{what[:1].upper()}{what[1:]} goes on at {place}, past the recorder at {short(story.capture_origin)}: what "
        "follows there is not in the recording",
        evidence=(call.exchange.quote(header),),
        resource=place,
        remedy={
            Dialect.PLAIN: Remedy(
                "Record as a regular proxy to see it (`regdoctor capture run --help` shows how), or stand a further "
                f"reverse proxy before {place}."
            )
        },
    )


def _realm(call: Call) -> str:
    challenges = parse_challenges(call.exchange.header_all("WWW-Authenticate"))
    return next((one.realm or "" for one in challenges if one.is_bearer), "")
