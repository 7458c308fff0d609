"""The lines of registry software that read their configuration differently."""

from __future__ import annotations

import enum


class Generation(enum.StrEnum):
    """The lines of registry software that read their configuration differently."""

    DISTRIBUTION_2 = "distribution 2"
    DISTRIBUTION_3 = "distribution 3"
    GITLAB = "GitLab's registry"
