"""Finds what Go's regexp package refuses in a regular expression (RE2's syntax; no look-around, no back-references)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_REPEAT = re.compile(r"\{(\d{1,10})(?:(,)(\d{0,10}))?\}")
_GROUP = re.compile(r"\(\?(?:P?<\w+>|[imsU]*(?:-[imsU]+)?[:)])")
_LONGEST_REPEAT = 1000
"""The largest count: maxRepeat in regexp/syntax/parse.go."""
_ESCAPES = frozenset("AaBbCDdfnPpQrSstvWwxz0")
"""Letters and digits that may follow a backslash."""


def fault(pattern: str) -> str | None:
    """What Go says of a pattern that it refuses, such as "missing closing )"; None where nothing was found.

    It errs towards None: not every rule of regexp/syntax/parse.go is here (named classes, ranges out of order), and a
    group named without `P`, which Go takes since 1.22 only, passes.
    """
    scan = _Scan(pattern)
    while scan.problem is None and scan.at < len(pattern):
        scan.step()
    if scan.problem is None and scan.depth:
        return "missing closing )"
    return scan.problem


@dataclass
class _Scan:
    pattern: str
    at: int = 0
    depth: int = 0
    last: str = ""
    """What a repetition would apply to: nothing (empty), `atom`, or `repeated`."""
    problem: str | None = field(default=None)

    def step(self) -> None:
        """Read one element."""
        char = self.pattern[self.at]
        if char == "\\":
            self.escape()
        elif char == "[":
            self.character_class()
        elif char == "(":
            self.group()
        elif char == ")":
            self.depth -= 1
            self.take(1, "atom")
            if self.depth < 0:
                self.problem = "unexpected )"
        elif char == "|":
            self.take(1, "")
        elif char in "*+?":
            self.repeat(char)
        elif char == "{" and (match := _REPEAT.match(self.pattern, self.at)):
            self.count(match)
        else:
            self.take(1, "atom")

    def take(self, length: int, last: str) -> None:
        self.at += length
        self.last = last

    def escape(self) -> None:
        following = self.pattern[self.at + 1 : self.at + 2]
        if not following:
            self.problem = "trailing backslash at end of expression"
        elif following == "Q":
            end = self.pattern.find("\\E", self.at)
            self.take((end + 2 if end >= 0 else len(self.pattern)) - self.at, "atom")
        elif following in _ESCAPES or not (following.isalnum() or ord(following) > 0x7F) or self.is_octal():
            self.take(2, "atom")
        else:
            self.problem = f"invalid escape sequence: \\{following}"

    def is_octal(self) -> bool:
        """Whether it is an octal code: one digit alone would be a back-reference."""
        return re.match(r"\\[1-7][0-7]", self.pattern[self.at : self.at + 3]) is not None

    def character_class(self) -> None:
        here = self.at + 1
        here += self.pattern.startswith("^", here)
        here += self.pattern.startswith("]", here)
        while here < len(self.pattern) and self.pattern[here] != "]":
            if self.pattern.startswith("[:", here) and (end := self.pattern.find(":]", here + 2)) >= 0:
                here = end + 2
            else:
                here += 2 if self.pattern[here] == "\\" else 1
        if here >= len(self.pattern):
            self.problem = "missing closing ]"
        self.take(here + 1 - self.at, "atom")

    def group(self) -> None:
        if not self.pattern.startswith("(?", self.at):
            self.depth += 1
            self.take(1, "")
        elif match := _GROUP.match(self.pattern, self.at):
            flags_alone = match[0].endswith(")")
            self.depth += not flags_alone
            self.take(len(match[0]), self.last if flags_alone else "")
        else:
            self.problem = f"invalid or unsupported Perl syntax: {self.pattern[self.at : self.at + 3]}"

    def repeat(self, operator: str) -> None:
        if self.last == "":
            self.problem = f"missing argument to repetition operator: {operator}"
        elif self.last == "repeated":
            self.problem = f"invalid nested repetition operator: {operator}"
        lazy = self.pattern.startswith("?", self.at + len(operator))
        self.take(len(operator) + lazy, "repeated")

    def count(self, match: re.Match[str]) -> None:
        low, high = int(match[1]), int(match[3] or match[1])
        if low > _LONGEST_REPEAT or high > _LONGEST_REPEAT or high < low:
            self.problem = f"invalid repeat count: {match[0]}"
        else:
            self.repeat(match[0])
