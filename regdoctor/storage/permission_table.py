"""What a registry's identity may do in its storage, whatever the store: the rows, and what grants what is missing."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from regdoctor.check import Quote


class Allowed(enum.StrEnum):
    """Whether the store lets the registry's identity make a call; the value says it to people."""

    YES = "yes"
    NO = "no"
    NOT_TRIED = "not tried"
    UNKNOWN = "cannot be told"


class Result(enum.StrEnum):
    """What the whole comes to."""

    ALLOWED = "allowed"
    """Nothing that was tried is refused."""
    REFUSED = "refused"
    """Something is refused without which something fails."""
    NOTHING = "nothing"
    """Nothing could be told."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One call that the registry makes of its store."""

    call: str
    """By the name of the store's own API: `HeadObject`, `Get Blob`."""
    area: str
    """`blobs`, `repositories` or `uploads`; empty for the bucket or container as a whole."""
    allowed: Allowed
    breaks: tuple[str, ...]
    """What people cannot do without it (`push`); empty where nothing fails."""
    grants: tuple[str, ...]
    """The permissions that it takes, by the store's own names; the table is grouped by them."""
    why: str
    """A sentence: what the registry does by it."""
    reason: str = ""
    """Why it is not told, or what the store said; empty where there is nothing to add."""
    shown: str = ""
    """A shorter name for the table, where the API's is too long for its column."""
    key: str = ""
    """The object that it was tried on; empty for none."""
    status: int | None = None
    code: str = ""
    """Status and error code of the store's answer."""
    rank: int = 0
    """Groups of lower rank come first in the table."""

    @property
    def harmful(self) -> bool:
        """Whether something fails for its refusal."""
        return self.allowed is Allowed.NO and bool(self.breaks)


@dataclass(frozen=True, slots=True)
class PermissionTable:
    """All calls of the registry at hand, with what grants them."""

    driver: str
    """The storage driver: `s3`, `azure`, `gcs`."""
    url: str
    """The bucket's or container's own address."""
    bucket: str
    """The bucket's or container's name."""
    rootdirectory: str
    product: str
    """Which registry, in words."""
    identity: Quote
    """The setting that names the identity."""
    rows: tuple[TableRow, ...]
    missing: Sequence[Mapping[str, Any]]
    """What has to be granted for what is proved to be missing, as the store takes it; empty for nothing."""
    policy: Mapping[str, Any]
    """The whole policy or role that the registry needs, as the store takes it."""
    container: str = "bucket"
    """What the store calls what it keeps objects in."""
    granted_by: str = "policy"
    """What the store calls that by which it grants: `policy`, `role`."""
    region: str = ""
    key: str = ""
    """The key with which the registry has the store encrypt; empty for none."""
    writes_tried: bool = False
    left: str = ""
    """What a trial of writing could not remove; empty for nothing."""
    unusable: str = ""
    """Why the store's answers say nothing at all; empty where they do."""
    asked_as: str = ""
    """By which of the registry's own ways its identity was found: `static keys of the configuration`."""
    notes: tuple[str, ...] = field(default=())
    """Sentences to know with the table."""

    @property
    def result(self) -> Result:
        """Refused, where something fails for it; nothing, where no call told anything."""
        if any(row.harmful for row in self.rows):
            return Result.REFUSED
        told = any(row.allowed in (Allowed.YES, Allowed.NO) for row in self.rows)
        return Result.ALLOWED if told else Result.NOTHING

    @property
    def needless(self) -> tuple[TableRow, ...]:
        """The calls that are refused, and without which nothing fails."""
        return tuple(row for row in self.rows if row.allowed is Allowed.NO and not row.breaks)

    @property
    def breaks(self) -> tuple[str, ...]:
        """What people cannot do for what is refused."""
        return tuple(dict.fromkeys(use for row in self.rows if row.harmful for use in row.breaks))
