"""S3-22: a client takes the registry's credentials along to the bucket that it is sent to."""

from collections.abc import Iterable

from regdoctor.check import Fail, Outcome, Quote, Severity, check
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import origin_of, request_header
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.store_answers import code_of, message_of
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.remedies import change
from regdoctor.sign import Seen, sign

_REFUSING = ("InvalidArgument", "InvalidAuthenticationInfo", "AuthenticationFailed", "InvalidRequest")
"""What S3 and those that follow it, and Azure, answer to two ways of authentication at once."""


@check(
    title="Clients keep the registry's credentials from the bucket",
    severity=Severity.ERROR,
    failure_modes=("S3-22",),
    symptoms=("Only one auth mechanism allowed",),
    reference="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html",
)
def authorization_sent_to_bucket(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """The registry sends a client on to the bucket by a link whose query is signed: the link is all that is needed.

    A client that sends its Authorization header along shows the bucket two ways of authentication at once. S3 refuses
    that with 400, `Only one auth mechanism allowed`, and so do most that follow it; a store that takes it has been
    shown a token of the registry all the same. HTTP libraries drop the header when a redirect leads to another host;
    clients that follow redirects by their own code have had to learn it: renovate, udocker, OPA and Spring Cloud Data
    Flow in older versions. Only recorded traffic shows it.

    Update the client. Until then let the registry serve the bytes itself: switch its redirects off.
    """
    return told_by(traffic, "authorization_sent_to_bucket")


@sign(authorization_sent_to_bucket, parts=(Part.STORE,))
def _in_traffic(call: Call, story: Story) -> Seen:
    shown, status = call.recorded.shown, call.status
    if call.part is not Part.STORE or call.link is None or shown is None or status is None:
        return None
    if call.recorded.by_recorder or shown.scheme.lower() not in ("bearer", "basic"):
        return None
    if not _is_refused_for_it(call) and status >= 400:
        return None  # for another reason, which the checks of the store name
    client = short(request_header(call.exchange, "User-Agent").partition(" ")[0]) or "A client"
    code = code_of(call)
    ending = f"which refuses that with {status}{f' {code}' if code else ''}" if status >= 400 else "which took it"
    words = message_of(call)
    return Fail(
        f"{client} sends its Authorization header ({shown.scheme}) to the {call.link.kind}, beside a signed link, "
        f"{ending}",
        evidence=(
            call.exchange.quote(),
            Quote("request", f"Authorization: {shown.scheme}, User-Agent: {client}"),
            *((Quote(origin_of(call), words),) if words else ()),
        ),
        resource=client,
        severity=None if status >= 400 else Severity.INFO,
        remedy=_REMEDY,
    )


def _is_refused_for_it(call: Call) -> bool:
    """Told by the store's code; HEAD is answered without one, and 400 to a link has hardly another reason."""
    if call.status not in (400, 401, 403):
        return False
    code = code_of(call)
    return code in _REFUSING if code else call.status == 400


_REMEDY = change(
    "storage.redirect.disable",
    True,
    "Update the client to a version that drops the header on a redirect to another host. Until then let the registry "
    "serve the bytes itself.",
)
