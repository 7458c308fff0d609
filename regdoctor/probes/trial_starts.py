"""Removes uploads that a run asked for, and whose ID it never heard, because it was killed or got no answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from regdoctor.distribution.storage_layout import upload_folder_key
from regdoctor.probes.ledger import Entry
from regdoctor.probes.trial_storage import NotSweptError, Storage, is_upload_id

_EARLIER, _LATER = timedelta(seconds=-2), timedelta(seconds=15)
"""How far the registry's moment may be from ours: whole seconds, and as long as the answer was waited for."""


def remove_started(storage: Storage, entry: Entry) -> bool:
    """Remove the uploads that a registry began when an entry's was asked for, in a repository where all are ours.

    Whether the storage could be looked at, and nothing of that moment is left in it. Raises nothing.
    """
    asked = _moment(entry.subject or "")
    begun = storage.started(entry.repository)
    if asked is None or begun is None:
        return asked is None
    moments = {upload: _moment(told.strip()) for upload, told in begun.items() if is_upload_id(upload)}
    ours = [upload for upload, moment in moments.items() if moment and _EARLIER <= moment - asked <= _LATER]
    try:
        return all(storage.remove(upload_folder_key(entry.repository, upload)) is not False for upload in ours)
    except NotSweptError:
        return False


def _moment(text: str) -> datetime | None:
    """A moment as registries write it (RFC 3339 in UTC, whole seconds); None where it is none."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
