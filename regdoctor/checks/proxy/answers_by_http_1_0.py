"""PROXY-09: somebody before the registry writes its answers anew, by HTTP/1.0."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Fail, Outcome, Quote, Severity, check
from regdoctor.checks.proxy import change_nginx
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign

_OLD = "HTTP/1.0"


@check(
    title="The registry's answers come by HTTP/1.1 or later",
    severity=Severity.INFO,
    failure_modes=("PROXY-09",),
    symptoms=("HTTP/1.0 200 OK", "411 Length Required"),
    reference="https://www.rfc-editor.org/rfc/rfc1945",
)
def answers_by_http_1_0(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """distribution and GitLab's registry answer a request of HTTP/1.1 by HTTP/1.1; an old proxy between may not.

    HTTP/1.0 has no bodies in chunks and no connection that stays open by itself. Whoever speaks it to clients closes a
    connection after each request, so that every call of a push pays for a new one and for its TLS, and many such
    proxies refuse layers, which docker sends in chunks, with 411.

    Let the proxy speak HTTP/1.1 on both sides, or go round it for /v2/.
    """
    return told_by(traffic, "answers_by_http_1_0")


@sign(answers_by_http_1_0, parts=(Part.REGISTRY,))
def _in_traffic(call: Call, story: Story) -> Seen:
    """Go's server answers as it was asked; registries in other languages may speak HTTP/1.0, and have no `_state`."""
    recorded = call.recorded
    if recorded.response_version != _OLD or recorded.http_version == _OLD or call.api is None:
        return None
    upload = story.uploads.get(call.api.upload) if call.api.upload else None
    is_of_go = call.api.state is not None or (upload is not None and bool(upload.states))
    if not is_of_go or not answered_by_registry_or_proxy(call):
        return None
    return Fail(
        f"The registry's answers at {origin_of(call)} come by HTTP/1.0: a proxy between writes them so, and ends the "
        "connection after each",
        evidence=(
            call.exchange.quote("Connection"),
            Quote(call.exchange.quote().source, f"asked by {recorded.http_version}, answered by {_OLD}"),
        ),
        resource=origin_of(call),
        remedy=change_nginx("Let the proxy speak HTTP/1.1 on both sides.", "proxy_http_version 1.1;"),
    )
