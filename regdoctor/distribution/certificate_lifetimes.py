"""How long before its end a certificate must have been renewed."""

from __future__ import annotations

from datetime import timedelta

_SOON, _VERY_SOON = timedelta(days=30), timedelta(days=7)
_HOURS = timedelta(days=2)
"""Up to this lifetime nothing is renewed by hand: step-ca issues for 24 hours, Vault and a mesh for hours."""
_SHORT_LIVED = timedelta(days=10)
"""The longest that public authorities may call short-lived (Baseline Requirements 1.6.1: 10 days until 2026-03-15, 7
since); Let's Encrypt's profile `shortlived` has 6 days and 16 hours."""


def renewal_overdue(lifetime: timedelta, *, has_issuer_url: bool) -> timedelta:
    """Time left below which a warning is due: 30 days; a quarter of the lifetime where that is short by design.

    has_issuer_url: whether it says where its issuer can be had (Authority Information Access), as each certificate of
        a public authority does, and none that somebody made with `openssl req -x509`.
    """
    return lifetime / 4 if _is_short_by_design(lifetime, has_issuer_url) else _SOON


def end_is_near(lifetime: timedelta, *, has_issuer_url: bool) -> timedelta:
    """Time left below which somebody must act at once: 7 days; a twelfth of the lifetime where short by design."""
    return lifetime / 12 if _is_short_by_design(lifetime, has_issuer_url) else _VERY_SOON


def _is_short_by_design(lifetime: timedelta, has_issuer_url: bool) -> bool:
    """Whether it lives so short that a program must renew it every few days anyway."""
    return lifetime <= _HOURS or (has_issuer_url and lifetime <= _SHORT_LIVED)
