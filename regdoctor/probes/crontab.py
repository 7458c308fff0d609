"""Reads the crontabs of the host for what they run of a registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from regdoctor.evidence.cron_jobs import CollectionJob, CronJobs
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.crontab import CronJob, garbage_collection, parse_crontab
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import find_files, is_there, read_below

_SPOOL = "var/spool/cron/crontabs"
_PLACES = ("etc/crontab", "etc/cron.d/*", f"{_SPOOL}/*")


@probe(reads="/etc/crontab, /etc/cron.d and the users' crontabs, for jobs of the registry")
def crontab(installation: Installation) -> CronJobs:
    """The jobs. Raises NotApplicableError where no crontab runs anything of a registry, and UnreadableError where a
    crontab cannot be read.
    """
    jobs = tuple(_jobs(installation))
    if not jobs:
        raise NotApplicableError("no crontab of this host runs anything of a registry")
    found = [(job, garbage_collection(job)) for job in jobs]
    return CronJobs(
        tuple(CollectionJob(job, what, _is_there(installation, what.config)) for job, what in found if what),
        tuple(job for job, what in found if what is None),
    )


def _jobs(installation: Installation) -> Iterator[CronJob]:
    for path in find_files(installation, FileKind.CRON, *_PLACES):
        spool = installation.root is not None and path.parent == installation.root / _SPOOL
        yield from parse_crontab(read_below(installation.root, path), str(path), user=path.name if spool else None)


def _is_there(installation: Installation, config: str) -> bool | None:
    path = Path(config)
    if installation.root is None or not path.is_absolute() or "\0" in config or "$" in config:
        return None
    return is_there(installation.root, path.relative_to("/"))
