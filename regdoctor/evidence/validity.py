"""When a served certificate holds, by this machine's clock and by the server's where the two contradict each other."""

from __future__ import annotations

import enum
from datetime import UTC, datetime, timedelta

from regdoctor.distribution.certificate_lifetimes import end_is_near, renewal_overdue
from regdoctor.evidence.served_tls import ServedCertificate, ServedTls

_AGREEING = timedelta(minutes=5)
"""Clocks that are no farther apart are taken for one; the Date header counts whole seconds and may be cached."""


class Standing(enum.Enum):
    """Where a moment lies in the time of a certificate, notBefore and notAfter included (RFC 5280 section 4.1.2.5)."""

    NOT_YET = "not yet valid"
    VALID = "valid"
    OVER = "expired"


class Nearness(enum.Enum):
    """How near the end of a certificate that is valid is; see `distribution/certificate_lifetimes.py`."""

    FAR = "far"
    SOON = "soon"
    VERY_SOON = "very soon"


def standings(certificate: ServedCertificate, look: ServedTls) -> frozenset[Standing]:
    """Where the look lies in the certificate's time; more than one where the clocks make it differ."""
    facts = certificate.facts
    return frozenset(
        Standing.NOT_YET if now < facts.not_before else Standing.OVER if now > facts.not_after else Standing.VALID
        for now in _moments(look)
    )


def nearness(certificate: ServedCertificate, look: ServedTls) -> Nearness | None:
    """How near the end is; None where the two clocks make it differ. FAR also where the end has passed."""
    found = {_nearness(certificate, now) for now in _moments(look)}
    return found.pop() if len(found) == 1 else None


def time_left(certificate: ServedCertificate, look: ServedTls) -> str:
    """What is left by this machine's clock: `5 days`, `1 day`, and below one day `11 hours`."""
    left = max(certificate.facts.not_after - look.looked, timedelta(0))
    number, unit = (left.days, "day") if left.days else (left.seconds // 3600, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def clocks_in_words(look: ServedTls) -> str:
    """Both clocks: `this machine's clock says 2026-01-01 10:00:00 UTC, the server's 2026-03-01 10:00:00 UTC`."""
    server = _server_time(look)
    ours = f"this machine's clock says {in_words(look.looked)}"
    return f"{ours}, the server's {in_words(server)}" if server is not None else ours


def in_words(moment: datetime) -> str:
    """A moment for people: `2026-01-01 10:00:00 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _moments(look: ServedTls) -> tuple[datetime, ...]:
    """When the look was: by one clock where both agree or only one is known."""
    server = _server_time(look)
    if server is None or abs(server - look.looked) <= _AGREEING:
        return (look.looked,)
    return (look.looked, server)


def _server_time(look: ServedTls) -> datetime | None:
    if look.server_date is None:
        return None
    try:
        return datetime.fromtimestamp(look.server_date, UTC)
    except (ValueError, OverflowError, OSError):  # a date beyond what the calendar, or the platform, can tell
        return None


def _nearness(certificate: ServedCertificate, now: datetime) -> Nearness:
    facts = certificate.facts
    left, lifetime = facts.not_after - now, facts.not_after - facts.not_before
    has_url = bool(certificate.issuer_urls)
    if left < timedelta(0) or left > renewal_overdue(lifetime, has_issuer_url=has_url):
        return Nearness.FAR
    return Nearness.VERY_SOON if left <= end_is_near(lifetime, has_issuer_url=has_url) else Nearness.SOON
