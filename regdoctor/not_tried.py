"""What was not tried, in a sentence: how many checks, what it would take, and whether the object store was asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from regdoctor.report import Report, Row

_NEEDED: Mapping[str, str] = {
    "--root": "the host's files (--root)",
    "--config": "the host's files (--config)",
    "--registry": "the registry's address (--registry)",
    "--debug-url": "the debug server's address (--debug-url)",
    "--username": "a login (--username)",
    "--repository": "a repository (--repository)",
    "--mount-from": "a repository to mount from (--mount-from)",
    "--layer-size": "the largest layer's size (--layer-size)",
    "--allow-writes": "--allow-writes",
}
"""What a user would have to give, by the option that gives it."""

_FURTHER = "further nodes' files (--root)"
"""What --root asks for where a host's files were looked at already."""

STORE_NOT_ASKED = "the object store that they name was not asked"
"""What the reason of a check says that would have asked the store of a configuration in a copy (probes/bucket.py)."""
_STORES = {
    "s3": "s3", "s3aws": "s3", "s3_v2": "s3", "azure": "azure", "azure_v2": "azure", "gcs": "gcs"
}  # fmt: skip
"""What the names of the checks begin with that ask the store of a driver."""
_ON_ITS_HOST = "the object store asked (on its host: --root /)"

_OPTION = re.compile(r"--[a-z][a-z-]*")


def not_tried(report: Report) -> str:
    """One sentence for the skipped checks, of which there is one: what it takes, what serves most of them first."""
    rows = report.of("skip")
    needed = {**_NEEDED, "--root": _FURTHER} if report.target.get("root") else _NEEDED
    silent = {row.check for row in _not_asked(report)}
    needs = Counter(
        need for row in rows if (need := _ON_ITS_HOST if row.check in silent else _need(row.message, needed))
    )
    waiting = needs.total()
    idle = len(rows) - waiting
    said = []
    if waiting:
        what = ", ".join(need for need, _ in needs.most_common())
        said.append(f"{_checks(waiting)} {'was' if waiting == 1 else 'were'} not tried: {_they(waiting)} {what}")
    if idle:
        said.append(f"{idle if said else _checks(idle)} {'does' if idle == 1 else 'do'} not apply here")
    return "; ".join([*said, f"--verbose names {'it' if len(rows) == 1 else 'them'}"])


def store_not_asked(report: Report) -> str:
    """A sentence where checks would have asked the object store, and files alone were looked at; else empty."""
    if not _not_asked(report):
        return ""
    written = ", and nothing was written in spite of --allow-writes" if report.target.get("allow_writes") else ""
    return (
        f"The object store was not asked{written}: these are files alone. On the registry's host use --root /, or "
        "`regdoctor storage permissions`."
    )


def _not_asked(report: Report) -> tuple[Row, ...]:
    """The checks of the configured store that would have asked it. Those of other stores do not apply anyway."""
    store = _STORES.get(str(report.target.get("storage")))
    if store is None:
        return ()
    return tuple(row for row in report.of("skip") if row.check.startswith(store) and STORE_NOT_ASKED in row.message)


def _need(reason: str, needed: Mapping[str, str]) -> str | None:
    """What the first option that a reason names asks for; None where it names none."""
    return next((needed[option] for option in _OPTION.findall(reason) if option in needed), None)


def _checks(count: int) -> str:
    return f"{count} check{'' if count == 1 else 's'}"


def _they(count: int) -> str:
    return "it needs" if count == 1 else "they need"
