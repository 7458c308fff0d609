"""How long before its end a certificate must have been renewed, judged against its own lifetime."""

from __future__ import annotations

from datetime import timedelta

_SOON, _VERY_SOON = timedelta(days=30), timedelta(days=7)


def renewal_overdue(lifetime: timedelta) -> timedelta:
    """Time left below which a renewal has most likely been missed: 30 days, at most a quarter of the lifetime.

    Whatever renews by itself does so with about a third of the lifetime left: certbot, cert-manager and Omnibus with 30
    days of Let's Encrypt's 90. Omnibus looks every fourth day (letsencrypt['auto_renew_day_of_month'] = "*/4"), so that
    a healthy host is down to 26. A quarter is 22 days of 90, 12 of 47, a day and a half of 6.
    """
    return min(_SOON, lifetime / 4)


def end_is_near(lifetime: timedelta) -> timedelta:
    """Time left below which somebody must act at once: 7 days, at most a twelfth of the lifetime.

    Seven days of 90, four of 47, half a day of 6.
    """
    return min(_VERY_SOON, lifetime / 12)
