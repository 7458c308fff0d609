"""The partitions of AWS: groups of regions whose services have names of their own."""

from __future__ import annotations

_SUFFIXES = (
    ("cn-", "amazonaws.com.cn"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
    ("eusc-", "amazonaws.eu"),
)
"""How a partition's regions begin, and where its services are (botocore 1.44.5, partitions.json)."""


def dns_suffix(region: str) -> str:
    """The domain of the services of this region: `amazonaws.com`, also for the US government's and for unknown ones."""
    return next((suffix for start, suffix in _SUFFIXES if region.startswith(start)), "amazonaws.com")
