"""Who a running process is for the file system: its numbers and its right to pass over modes."""

from __future__ import annotations

from pathlib import Path

from regdoctor.check import Quote
from regdoctor.evidence.installation import RunningRegistry
from regdoctor.evidence.storage_folder import Account

_DAC_OVERRIDE = 1 << 1
"""CAP_DAC_OVERRIDE of linux/capability.h."""
_EVERY_NUMBER = ["0", "0", "4294967295"]
"""A user namespace that maps all numbers to themselves: user_namespaces(7)."""


def process_account(process: RunningRegistry) -> Account | None:
    """From /proc/PID/status; None where it has ended, or has numbers of its own in a user namespace."""
    folder = Path(f"/proc/{process.pid}")
    try:
        lines = (folder / "status").read_text("utf-8", "replace").splitlines()
        mapped = [line.split() for line in (folder / "uid_map").read_text().splitlines()]
    except OSError:
        return None
    said = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    if mapped != [_EVERY_NUMBER]:
        return None
    try:
        # Real, effective, saved, and last the number that counts for files.
        uid, gid = int(said["Uid"][3]), int(said["Gid"][3])
        groups = frozenset((gid, *map(int, said["Groups"])))
        overrides = bool(int(said["CapEff"][0], 16) & _DAC_OVERRIDE)
    except (KeyError, IndexError, ValueError):
        return None
    shown = ",".join(map(str, sorted(groups)))
    quote = Quote(f"/proc/{process.pid}/status", f"the registry runs as uid {uid}, groups {shown}")
    return Account(str(uid), uid, groups, quote, overrides)
