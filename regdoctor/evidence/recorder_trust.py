"""What a recorder that asks servers in its clients' place says of a certificate that it does not accept."""

from __future__ import annotations

import enum

from regdoctor.check import Quote
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import has_address
from regdoctor.foreign_text import clean

ASKED_BY_CLIENTS = frozenset((Part.REGISTRY, Part.TOKEN_SERVICE, Part.STORE))
"""Whose certificates decide whether clients of a registry get on."""
UNANSWERED = frozenset((None, 502))
"""What is recorded where the recorder refused a certificate: nothing, or an answer of its own."""


class Objection(enum.Enum):
    """Why it was not accepted, by OpenSSL's words (crypto/x509/x509_txt.c, X509_verify_cert_error_string)."""

    AUTHORITY = (
        "unable to get local issuer certificate",
        "unable to get issuer certificate",
        "unable to verify the first certificate",
        "self-signed certificate",
        "self signed certificate",
        "certificate not trusted",
    )
    """The recorder's store has nobody who answers for it."""
    EXPIRED = ("certificate has expired",)
    """By the recorder's clock; it may be one above the server's own."""
    NOT_YET_VALID = ("certificate is not yet valid",)
    NAME = ("hostname mismatch", "ip address mismatch")
    """Also where the name stands in the common name alone, which mitmproxy does not read, as Go does not."""


_VERIFYING = "certificate verify failed"
"""mitmproxy's words before OpenSSL's (mitmproxy/proxy/layers/tls.py)."""


def objection_of(call: Call) -> Objection | None:
    """Why the recorder refused the certificate of whoever a client asked; None where it accepted it, or spoke of
    something else.
    """
    if call.part not in ASKED_BY_CLIENTS or call.status not in UNANSWERED:
        return None
    said = _said(call).lower()
    if _VERIFYING not in said or not call.exchange.url.startswith("https:") or not has_address(call):
        return None
    reason = said.partition(_VERIFYING)[2]
    return next((one for one in Objection if any(words in reason for words in one.value)), None)


def quotes_of_refusal(call: Call) -> tuple[Quote, ...]:
    """The request, and what the recorder said."""
    return (call.exchange.quote(), Quote("the recorder", clean(_said(call))))


def _said(call: Call) -> str:
    failure = call.exchange.failure
    return call.recorded.by_recorder or (failure.message if failure is not None else "")
