"""PROXY-05, PROXY-10, AUTH-09: the recorder loses an answer, or the end of one, that the server gave."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Quote, Remedy, Severity, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import WITH_BODY, origin_of
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import clean, short
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign

_SENDING = WITH_BODY - {ApiKind.UPLOAD_START}
_CLOSED = ("server closed connection", "server disconnected")
"""How mitmproxy says that the server's side ended before its answer (proxy/layers/http/_http1.py)."""


@check(
    title="Answers go through the recorder whole",
    severity=Severity.WARNING,
    failure_modes=("PROXY-05", "PROXY-10", "AUTH-09"),
    symptoms=("502 Bad Gateway", "server closed connection", "unexpected EOF", "incomplete chunked read"),
    reference="https://github.com/mitmproxy/mitmproxy/issues/6420",
)
def answer_lost_in_capture(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """A server that refuses a layer early answers and closes while the client is still sending.

    mitmproxy then finds the connection closed and writes a 502 of its own; the server's answer, which a client without
    a recorder often sees, is lost. It was probably 401 (the token expired), 413 (a limit of size), or a limit of time
    that cut the connection; and it may be that the registry itself ended.

    Nor does mitmproxy pass on the trailers of an answer in chunks (HTTP/1.1, the Trailer header announces them): it
    breaks off before the end of the answer, which is whole without a recorder.

    See the log of the registry, and of the proxy before it, at the time of the request: that is where the reason
    stands. Where trailers were lost, switch them off at the server for the time of the recording.
    """
    return told_by(traffic, "answer_lost_in_capture")


@sign(answer_lost_in_capture, kinds=_SENDING, statuses=(None, 502))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.kind not in _SENDING or call.status not in (None, 502):
        return None
    recorded, failure = call.recorded, call.exchange.failure
    said = recorded.by_recorder or (failure.message if failure is not None and call.status is None else "")
    if not any(words in said.lower() for words in _CLOSED):
        return None
    after = max(0.0, recorded.ended - call.exchange.started) if call.exchange.started else 0.0
    sent = f" and {recorded.request_size:,} bytes" if recorded.request_size else ""
    return Fail(
        f"{origin_of(call)} closed the connection of a {call.exchange.method} after {after:.0f} s{sent}, and what it "
        "answered before is lost in the recorder: probably it refused the upload early",
        evidence=(call.exchange.quote(), Quote("the recorder", clean(said))),
        resource=origin_of(call),
        failure_modes=(),
        remedy={
            Dialect.PLAIN: Remedy(
                "See what the registry and the proxy before it logged at this time: 401 (the token expired), 413 (a "
                "limit of size) or a limit of time. The 502 is the recorder's own.",
            ),
            Dialect.OMNIBUS: Remedy(
                "See what the registry and nginx logged at this time: 401 (the token expired), 413 (a limit of size) "
                "or a limit of time. The 502 is the recorder's own.",
                (
                    "sudo tail -n 50 /var/log/gitlab/nginx/gitlab_registry_error.log",
                    "sudo tail -n 50 /var/log/gitlab/registry/current",
                ),
            ),
        },
    )


@sign(answer_lost_in_capture, parts=(Part.REGISTRY, Part.TOKEN_SERVICE, Part.STORE), statuses=(200, 206))
def _trailers_in_traffic(call: Call, story: Story) -> Seen:
    failure = call.exchange.failure
    if failure is None or call.status not in (200, 206) or _CUT not in failure.message:
        return None
    if not (announced := call.exchange.header("Trailer")):
        return None
    return Fail(
        f"{origin_of(call)} answers a {call.exchange.method} with the trailers {short(announced)}, which mitmproxy "
        "does not pass on: that the answer breaks off before its end is the recorder's doing",
        evidence=(call.exchange.quote("Trailer"),),
        resource=origin_of(call),
        failure_modes=(),
        remedy={
            Dialect.PLAIN: Remedy("Switch off the trailers of this server while it is recorded, or record without it.")
        },
    )


_CUT = "incomplete chunked read"
"""How mitmproxy's HTTP/1 says that an answer in chunks has no end (h11's words)."""
