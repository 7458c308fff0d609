"""All that there is to say of one token: what it holds, what each registry makes of it, and the one sentence."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from regdoctor.distribution.carried_keys import carried_key
from regdoctor.distribution.durations import duration
from regdoctor.distribution.generation import Generation
from regdoctor.distribution.jws_verification import is_signed_by
from regdoctor.distribution.scopes import Access
from regdoctor.distribution.token_claims import LEEWAY
from regdoctor.distribution.token_text import MalformedTokenError, decode_bare
from regdoctor.distribution.token_verdicts import TokenTrust, TrustedKey, Verdict, judge
from regdoctor.distribution.tokens import Token, read_token
from regdoctor.foreign_text import clean
from regdoctor.formats.token_keys import is_named_by
from regdoctor.redaction import Secret
from regdoctor.tokens.parts import Parts, split_token
from regdoctor.tokens.plain_words import listed

NAMES = {
    Generation.DISTRIBUTION_2: "distribution 2.8",
    Generation.DISTRIBUTION_3: "distribution 3",
    Generation.GITLAB: "GitLab's registry",
}
_OF_CLAIMS = ("AUTH-05", "AUTH-06", "AUTH-08", "AUTH-09", "AUTH-17")
"""The failure modes of issuer, audience, times and access."""
_MOST_KEYS = 200
"""Keys that a signature is tried with."""


class Result(enum.StrEnum):
    """What the verdicts come to."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Inspection:
    """One token, judged."""

    token: Secret
    parts: Parts
    read: Token | None
    """Header and claims; None where they are not what registries read."""
    unreadable: str
    """Why not, in one line without a piece of the token."""
    trust: TokenTrust
    verdicts: tuple[Verdict, ...]
    now: float
    """By this machine's clock, seconds since the epoch."""
    product: Generation | None = None
    """The registry that it is for, where that is known."""
    seen_accepted: bool | None = None
    """What the registry itself said to it; None where it was not shown to one."""

    @property
    def counted(self) -> tuple[Verdict, ...]:
        """The verdicts that decide: that of the registry which it is for, else all."""
        return tuple(one for one in self.verdicts if self.product in (None, one.product))

    @property
    def result(self) -> Result:
        """What the registry itself said, else: refused where one that counts refuses it, accepted where all accept."""
        if self.seen_accepted is not None:
            return Result.ACCEPTED if self.seen_accepted else Result.REFUSED
        said = {one.accepted for one in self.counted}
        if False in said:
            return Result.REFUSED
        return Result.UNDECIDED if None in said or not said else Result.ACCEPTED

    @property
    def access(self) -> tuple[Access, ...]:
        """What it grants, as far as it can be read."""
        return self.read.access if self.read else ()

    @property
    def named_keys(self) -> tuple[TrustedKey, ...]:
        """Those of the trusted keys that its kid names, by whatever rule."""
        kid = self.read.kid if self.read else None
        return tuple(key for key in self.trust.keys if kid and is_named_by(key, kid))

    @property
    def signed_by(self) -> TrustedKey | None:
        """The first of the trusted keys that the signature verifies with; None where it does with none."""
        keys = self.trust.keys[:_MOST_KEYS]
        return next((key for key in keys if self._is_signed_by(key.public_key)), None)

    @property
    def signed_by_carried(self) -> bool:
        """Whether the signature is by the key that the header carries itself, which proves nothing alone."""
        key = carried_key(self.parts.header or {})
        return key is not None and self._is_signed_by(key)

    def _is_signed_by(self, key: PublicKeyTypes) -> bool:
        signed, _, signature = self.token.reveal().rpartition(".")
        if self.read is None:
            return False
        try:
            raw = decode_bare(signature.rstrip("="))
        except MalformedTokenError:
            return False
        return is_signed_by(key, self.read.algorithm, signed.encode("utf-8", "replace"), raw)

    @property
    def sentence(self) -> str:
        """The answer: `distribution 2.8 refuses this token: it expired 3 minutes ago`."""
        refusing = [one for one in self.counted if one.accepted is False]
        accepting = [one for one in self.counted if one.accepted]
        open_ones = [one for one in self.counted if one.accepted is None]
        if self.seen_accepted is not None:
            return self._of_the_registry(refusing)
        if refusing:
            first, rest = self._by_weight(refusing)
            others = f"; {_who(accepting, 'accepts', 'accept')} it" if accepting else ""
            others += f"; of {_names(open_ones)} it cannot be told" if open_ones else ""
            too = f". {_said(_who(rest, 'refuses', 'refuse'))} it too: {self._reasons(rest)}" if rest else ""
            return _said(f"{_who(first, 'refuses', 'refuse')} this token: {self._reasons(first)}{others}{too}")
        if open_ones:
            others = f"; {_who(accepting, 'accepts', 'accept')} it" if accepting else ""
            who = "any registry accepts" if len(open_ones) == len(Generation) else _who(open_ones, "accepts", "accept")
            whether = f"whether {who} this token cannot be told"
            return _said(f"{whether}: {open_ones[0].why.rstrip('.')}{others}")
        return _said(f"{_who(accepting, 'accepts', 'accept')} this token")

    def _of_the_registry(self, refusing: list[Verdict]) -> str:
        """What the registry that was asked said, and by whose rules that is to be understood."""
        if self.seen_accepted:
            return "The registry accepts this token"
        if not refusing:
            return "The registry refuses this token, and what is known here does not tell why"
        first, rest = self._by_weight(refusing)
        return _said(f"the registry refuses this token: {self._reasons([*first, *rest])}")

    def _by_weight(self, refusing: list[Verdict]) -> tuple[list[Verdict], list[Verdict]]:
        """Those that say more of this token, and the others; none of these where all have the same reason.

        Claims and grants, which all products test alike, come first. What distribution 3 alone says comes last: no
        token of GitLab's has the kind of key ID that it wants.
        """
        if len({self.reason(one) for one in refusing}) == 1:
            return refusing, []
        first = [one for one in refusing if one.mode in _OF_CLAIMS]
        first = first or [one for one in refusing if one.product is not Generation.DISTRIBUTION_3]
        return first, [one for one in refusing if one not in first]

    def _reasons(self, refusing: list[Verdict]) -> str:
        """The reason, once where all have the same, else each with those that have it."""
        by_reason: dict[str, list[Verdict]] = {}
        for one in refusing:
            by_reason.setdefault(self.reason(one), []).append(one)
        if len(by_reason) == 1:
            return next(iter(by_reason))
        return "; ".join(f"{reason} ({_names(some)})" for reason, some in by_reason.items())

    def reason(self, verdict: Verdict) -> str:
        """Why it is refused, in words; the registry's own line where there are none."""
        read = self.read
        is_of_time = verdict.mode in ("AUTH-08", "AUTH-09")
        if read and is_of_time and read.expires is not None and read.expires + LEEWAY < self.now:
            return f"it expired {duration(self.now - read.expires)} ago"
        if read and is_of_time and read.not_before is not None and read.not_before - LEEWAY > self.now:
            return f"it is not valid before another {duration(read.not_before - self.now)}"
        # What could come before it in the log is told with the verdict; here the cause is asked for.
        return verdict.why.partition("; another line may come first")[0] or verdict.line


def inspect(
    token: Secret,
    trust: TokenTrust,
    now: float,
    product: Generation | None = None,
    wanted: Access | None = None,
) -> Inspection:
    """Take the token apart and judge it. Raises nothing, whatever the token is.

    now: seconds since the epoch. product: the registry that it is for, where that is known. wanted: what is to be
    done with it, where that is asked; else whether it logs in.
    """
    text = token.reveal()
    try:
        read, why = read_token(text), ""
    except ValueError as error:
        read, why = None, clean(str(error))
    verdicts = judge(text, trust, now, wanted)
    return Inspection(token, split_token(text), read, why, trust, verdicts, now, product)


def _names(verdicts: list[Verdict]) -> str:
    return listed([NAMES[one.product] for one in verdicts])


def _who(verdicts: list[Verdict], one: str, several: str) -> str:
    if len(verdicts) == len(Generation):
        return f"every registry {one}"
    return f"{_names(verdicts)} {one if len(verdicts) == 1 else several}"


def _said(sentence: str) -> str:
    """Beginning with a capital letter, but for the product that is written without one."""
    first = sentence if sentence.startswith("distribution ") else sentence[:1].upper() + sentence[1:]
    return clean(first)
