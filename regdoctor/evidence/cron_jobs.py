"""The cron jobs of a host that collect a registry's garbage."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.formats.crontab import CronJob, GarbageCollection


@dataclass(frozen=True, slots=True)
class CollectionJob:
    """One job that runs garbage-collect."""

    job: CronJob
    collection: GarbageCollection
    config_there: bool | None = None
    """Whether the configuration file that it names exists; None where it names none, or it cannot be followed."""


@dataclass(frozen=True, slots=True)
class CronJobs:
    """What the crontabs of the host run of a registry."""

    collections: tuple[CollectionJob, ...]
    others: tuple[CronJob, ...] = ()
    """Lines about a registry that are no garbage collection."""
