"""A process's numbers, as the kernel tells them."""

from __future__ import annotations

import os
import subprocess
import sys

from regdoctor.evidence.installation import RunningRegistry
from regdoctor.probes.process_account import process_account


def test_this_process_is_who_it_is() -> None:
    account = process_account(RunningRegistry(os.getpid(), (), None))

    assert account is not None
    assert account.uid == os.getuid()
    assert account.groups >= set(os.getgroups())
    assert account.said_by.source == f"/proc/{os.getpid()}/status"


def test_one_that_has_ended_is_nobody() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait(20)

    assert process_account(RunningRegistry(ended.pid, (), None)) is None
