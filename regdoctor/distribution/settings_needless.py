"""Settings of one product that another does not have because it does the same without being told."""

from __future__ import annotations

from collections.abc import Mapping

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_schema import Path, ungrouped

_BY_PATH = "with regionendpoint it addresses the bucket by path in any case"
_NEEDLESS: Mapping[Generation, Mapping[Path, str]] = {
    Generation.DISTRIBUTION_2: {
        ("storage", "s3", "forcepathstyle"): _BY_PATH,
        ("storage", "s3", "pathstyle"): _BY_PATH,
    }
}
"""Source: New in registry/storage/driver/s3-aws/s3.go of distribution 2.8, which sets S3ForcePathStyle there."""


def why_needless(path: Path, generation: Generation | None) -> str | None:
    """What the product does by itself, so that the setting has no counterpart there; None for every other setting."""
    return None if generation is None else _NEEDLESS.get(generation, {}).get(ungrouped(path))
