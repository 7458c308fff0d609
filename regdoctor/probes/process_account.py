"""Who a running process is for the file system: its numbers and its right to pass over modes."""

from __future__ import annotations

from pathlib import Path

from regdoctor.check import Quote
from regdoctor.evidence.installation import RunningRegistry
from regdoctor.evidence.storage_folder import Account

_DAC_OVERRIDE = 1 << 1
"""CAP_DAC_OVERRIDE of linux/capability.h."""
_EVERY_NUMBER = (range(2**32 - 1),)
"""What the first user namespace knows: user_namespaces(7)."""


def process_account(process: RunningRegistry) -> Account | None:
    """From /proc/PID/status, in the numbers of the host whatever namespace it is in; None where it has ended, and where
    we are in a user namespace ourselves.
    """
    folder = Path(f"/proc/{process.pid}")
    try:
        lines = (folder / "status").read_text("utf-8", "replace").splitlines()
        users, groups_known = (_mapped(folder / name) for name in ("uid_map", "gid_map"))
        here = _mapped(Path("/proc/self/uid_map"))
    except OSError:
        return None
    said = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    if here != _EVERY_NUMBER:
        return None  # what the kernel tells then is told in the numbers of our own namespace
    try:
        # Real, effective, saved, and last the number that counts for files.
        uid, gid = int(said["Uid"][3]), int(said["Gid"][3])
        groups = frozenset((gid, *map(int, said["Groups"])))
        overrides = bool(int(said["CapEff"][0], 16) & _DAC_OVERRIDE)
    except (KeyError, IndexError, ValueError):
        return None
    shown = ",".join(map(str, sorted(groups)))
    quote = Quote(f"/proc/{process.pid}/status", f"the registry runs as uid {uid}, groups {shown}")
    if users == _EVERY_NUMBER:
        return Account(str(uid), uid, groups, quote, overrides)
    return Account(str(uid), uid, groups, quote, overrides, override_uids=users, override_gids=groups_known)


def _mapped(file: Path) -> tuple[range, ...]:
    """The host's numbers that a namespace knows, of a line each: the first inside, the first outside, how many."""
    rows = [list(map(int, line.split())) for line in file.read_text("ascii").splitlines()]
    return tuple(range(outside, outside + count) for _, outside, count in rows)
