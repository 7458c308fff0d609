"""A configuration as overlays of a minimal one, with what docker-registry 2.8 says of it and the check that says so.

In them @PORT stands for the port that the registry listens on, @DEBUG for one of its debug server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Overlay = Mapping[str, Any]
TOKEN = {"realm": "https://g/jwt/auth", "service": "s", "issuer": "i", "rootcertbundle": "/missing"}
BUCKET = {"bucket": "b", "region": "us-east-1", "accesskey": "a", "secretkey": "b"}
OPEN: Overlay = {"auth": None}
PURGING = {"enabled": True, "age": "168h", "interval": "24h", "dryrun": False}


@dataclass(frozen=True)
class Case:
    """A configuration, what the registry says of it, and the check that must say it first."""

    check: str
    broken: Overlay
    """Laid over a minimal configuration, section by section; None takes a key away."""
    says: str
    """What must stand in the registry's output."""
    mended: Overlay | None = None
    """Laid over the broken one; without it, the YAML of the finding's own remedy is."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """The environment; gone in the mended configuration."""


def s3(**changes: object) -> Overlay:
    """Storage in a bucket, with these parameters changed; None leaves one out."""
    return {"storage": {"filesystem": None, "s3": {**BUCKET, **changes}}}


def auth(**scheme: object) -> Overlay:
    """These schemes of authentication."""
    return {"auth": scheme}


def storage(**sections: object) -> Overlay:
    """These sections of storage."""
    return {"storage": sections}


def lay_over(tree: dict[str, Any], overlay: Overlay) -> None:
    """Lay the overlay over the tree, mapping over mapping and list over list; None takes a key away."""
    for key, value in overlay.items():
        old = tree.get(key)
        if value is None:
            tree.pop(key, None)
        elif isinstance(value, dict) and isinstance(old, dict):
            lay_over(old, value)
        elif isinstance(value, dict):
            tree[key] = {}
            lay_over(tree[key], value)
        elif isinstance(value, list) and isinstance(old, list) and all(isinstance(item, dict) for item in value + old):
            for there, here in zip(old, value, strict=True):
                lay_over(there, here)
        else:
            tree[key] = value
