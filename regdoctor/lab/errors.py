"""What can keep the lab from running, as errors whose message is one line for people."""

from __future__ import annotations


class LabError(Exception):
    """The lab cannot do what was asked; the message says what happened and quotes the log that tells why."""


class MissingProgramError(LabError):
    """A program that the lab runs is not installed; the message names the package that brings it."""


class UnknownFaultError(LabError):
    """No fault has that name; the message lists those that exist."""
