"""Below which prefix of the registry's storage a trial of writing works, and how the ledger tells it from others."""

from __future__ import annotations

import re

from regdoctor.probes.ledger import Entry

REPOSITORY = "regdoctor-trial"
NAMES = ("startedat", "data", "copy", "second")
"""The objects of a trial, below its prefix. The first is what the registry itself looks for in uploads that are old."""
IN_PARTS = ("data", "second")
"""Those of them that are uploaded in parts; the second never becomes an object."""
_FOLDER = re.compile(
    rf"docker/registry/v2/repositories/{REPOSITORY}/_uploads/[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}/"
)


def object_entry(bucket_url: str, prefix: str) -> Entry:
    """All objects of a trial, and the uploads whose answer never came: what the ledger is told before the first."""
    return Entry("object", bucket_url, REPOSITORY, prefix)


def own_prefix(entry: Entry, registry_root: str) -> str | None:
    """The prefix of the trial that an entry is of; None where it is no trial's below this root.

    The ledger's file may be anyone's work, and nothing else may be hurt.
    """
    folder = entry.path[: entry.path.rfind("/", 0, (entry.path + "?").index("?")) + 1]
    if not folder.startswith(registry_root) or not _FOLDER.fullmatch(folder.removeprefix(registry_root)):
        return None
    key, _, upload = entry.path.removeprefix(folder).partition("?")
    if entry.kind == "object":
        return folder if not key and not upload else None
    if entry.kind == "multipart":
        return folder if key in IN_PARTS and upload and upload.isprintable() else None
    return None
