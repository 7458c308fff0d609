"""As whom the registry asks its bucket."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.distribution.credential_chains import Source
from regdoctor.redaction import Secret


@dataclass(frozen=True, slots=True)
class Keys:
    """A pair of keys, with the token that goes along with temporary ones."""

    access_key: Secret
    secret_key: Secret
    session_token: Secret | None = None


@dataclass(frozen=True, slots=True)
class MetadataLook:
    """What the instance metadata service said to this host."""

    reached: bool
    """Whether anything answered as one."""
    quote: Quote
    version_1: bool | None = None
    """Whether it answers without a token, too; None where that was not asked."""
    version_2: bool = False
    """Whether it gives tokens (IMDSv2)."""
    role: str = ""
    problem: str = ""
    """Why there are no keys; empty where there are."""
    no_role: bool = False
    """Whether it is proof of none: the service says that there is no role, or nothing listens where it would be."""


@dataclass(frozen=True, slots=True)
class S3Identity:
    """The first source, in the registry's own order, that has credentials; and whether they are to be had."""

    source: Source | None
    """None where no source has any, or where it is not known which comes first: `problem` says it."""
    words: str
    """For people: `static keys of the configuration`, `the role registry, by IMDSv2`."""
    named_by: Quote
    keys: Keys | None = None
    """None where they could not be got."""
    problem: str = ""
    """Why there are none."""
    none_found: bool = False
    """Whether every source was looked at, and none has any: the registry has none either."""
    looked_at: tuple[Quote, ...] = ()
    """What was looked at on the way, with why it was passed over."""
    metadata: MetadataLook | None = None
    own_network: bool = False
    """Whether the registry has a network of its own, so that what this host reaches it need not."""
