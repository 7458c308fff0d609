"""Which certificate authorities are trusted besides the system's own."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CERTIFICATE = re.compile(
    r"-----BEGIN (?:TRUSTED )?CERTIFICATE-----.*?-----END (?:TRUSTED )?CERTIFICATE-----", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class TrustedCAs:
    """The system's trust store plus these; hashable, so that one TLS context can be kept for each."""

    extra: tuple[tuple[str, str], ...] = ()
    """For each file its path and its text: certificates in PEM form, with anything between them."""


def certificates_in(pem: str) -> tuple[str, ...]:
    """The CERTIFICATE blocks of a file, in its order, without the comments and keys between them."""
    return tuple(_CERTIFICATE.findall(pem))
