"""One recorded exchange with what it means to a registry, its token service or its bucket."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field

from regdoctor.distribution.api_calls import ApiCall, ApiKind
from regdoctor.distribution.store_links import StoreLink
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.recorded import Recorded


class Part(enum.StrEnum):
    """Who was asked."""

    REGISTRY = "registry"
    TOKEN_SERVICE = "token service"  # noqa: S105
    STORE = "bucket"
    GITLAB = "GitLab"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Call:
    """A recorded exchange, recognised."""

    number: int
    """In the order in which they ended, from 1."""
    recorded: Recorded
    part: Part
    api: ApiCall | None = None
    """With part REGISTRY; None else."""
    link: StoreLink | None = None
    """With part STORE: the link that the client followed; None where it was asked without one."""
    sent_by: int | None = None
    """The number of the call whose answer (Location) sent the client here; None where none was seen to."""
    normal: bool = True
    """Whether it went as such calls go: also the first 401, HEAD 404 before a push, HEAD 307 to the bucket."""
    told_by: Callable[[Call], str] | None = field(default=None, repr=False, compare=False)
    """What puts it in words; None where nothing does. Few calls of a long recording are ever told in words."""

    @property
    def exchange(self) -> Exchange:
        """The request and its answer."""
        return self.recorded.exchange

    @property
    def meaning(self) -> str:
        """What happened, in one short sentence without final stop: `the registry has no such blob, as is normal before
        a push`. Worked out anew each time.
        """
        return self.told_by(self) if self.told_by else ""

    @property
    def status(self) -> int | None:
        """Of the answer; None where there was none."""
        return self.recorded.exchange.status

    @property
    def kind(self) -> ApiKind | None:
        """The call of the registry's API; None where it is another part's."""
        return self.api.kind if self.api else None

    @property
    def repository(self) -> str:
        """The repository that it names; empty where it names none."""
        return self.api.repository if self.api else ""
