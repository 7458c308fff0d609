"""Moments as reports and tokens show them."""

from __future__ import annotations

import datetime


def timestamp(epoch: float) -> str:
    """Seconds since the epoch as RFC 3339 in UTC, to the second; a number that no calendar holds stays a number."""
    try:
        moment = datetime.datetime.fromtimestamp(epoch, datetime.UTC)
    except (OverflowError, ValueError, OSError):
        return f"{epoch:g}"
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
