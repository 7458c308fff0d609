"""Asks a credential helper of docker for a login: a program of the user, bounded in time and in what it may say."""

from __future__ import annotations

import contextlib
import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import time
from typing import IO

from regdoctor.evidence.docker_client import PREFIX
from regdoctor.redaction import Secret

_DEADLINE = 5.0
"""Seconds for the whole run."""
_CAP = 64 * 1024
"""Bytes of an answer; a login takes a few hundred."""
_SHOWN = 200
"""Characters of a helper's complaint that are told."""
_SUFFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")
_NOT_FOUND = "credentials not found in native keychain"
"""What every helper writes to standard output for a server that it knows nothing of (docker-credential-helpers,
credentials/error.go)."""


class CredentialHelperError(Exception):
    """A helper gave no answer; the message is one line that names it, and holds no secret."""


def ask_helper(suffix: str, server: str) -> tuple[str, Secret] | None:
    """Name and secret that `docker-credential-SUFFIX get` keeps for a server; None where it keeps none.

    server: as docker calls it, `host` or `host:port`. The name `<token>` says that the secret is an identity token.

    Raises CredentialHelperError where there is no such program, or it fails, hangs or says what docker could not read.
    Source: docker-credential-helpers, client/client.go, Get.
    """
    name = f"{PREFIX}{suffix}"
    if not _SUFFIX.fullmatch(suffix):
        raise CredentialHelperError("a credential helper has a name that no program could have")
    program = shutil.which(name)
    if program is None:
        raise CredentialHelperError(f"{name} is not on PATH")
    try:
        code, answer = _run(program, server)
    except OSError as error:
        raise CredentialHelperError(f"{name} cannot be run: {(error.strerror or 'failed').lower()}") from None
    except subprocess.TimeoutExpired:
        raise CredentialHelperError(f"{name} gave no answer within {_DEADLINE:.0f} s") from None
    if code == 0:
        return _read(name, answer)
    complaint = answer.decode("utf-8", "replace").strip()
    if complaint == _NOT_FOUND:
        return None
    raise CredentialHelperError(f"{name} failed with exit code {code}{_shown(complaint)}")


def _read(name: str, answer: bytes) -> tuple[str, Secret]:
    """Of the answer's text nothing is shown: whatever it is, a secret may be in it."""
    if len(answer) > _CAP:
        raise CredentialHelperError(f"{name} answered with more than {_CAP // 1024} KiB")
    try:
        login = json.loads(answer)
    except (ValueError, RecursionError):
        raise CredentialHelperError(f"{name} answered with something that is not JSON") from None
    username, secret = (login.get("Username"), login.get("Secret")) if isinstance(login, dict) else (None, None)
    if not isinstance(username, str) or not isinstance(secret, str) or not username or not secret:
        raise CredentialHelperError(f"{name} answered without Username and Secret")
    return username, Secret(secret, "password")


def _shown(complaint: str) -> str:
    """The first line of what a helper says as it fails, unless it may be a login after all."""
    line = next(iter(complaint.splitlines()), "").strip()
    if not line or "{" in complaint:
        return ""
    return ": " + "".join(char if char.isprintable() else "?" for char in line[:_SHOWN])


def _run(program: str, server: str) -> tuple[int, bytes]:
    """Its exit code and its answer, cut one byte beyond the cap. Raises OSError, and TimeoutExpired at the deadline."""
    end = time.monotonic() + _DEADLINE
    # In a group of its own, so that what it starts ends with it.
    with subprocess.Popen(
        [program, "get"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both were asked for
        try:
            with contextlib.suppress(BrokenPipeError), process.stdin as stdin:
                stdin.write(server.encode())
            answer = _answer(process.stdout, end)
            if len(answer) > _CAP:
                _end(process)
                return 0, answer
            return process.wait(max(end - time.monotonic(), 0.0)), answer
        except BaseException:
            _end(process)
            raise


def _answer(pipe: IO[bytes], end: float) -> bytes:
    """What comes until the pipe is closed, or one byte more than may."""
    answer = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while len(answer) <= _CAP:
            left = end - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise subprocess.TimeoutExpired("get", _DEADLINE)
            part = os.read(pipe.fileno(), _CAP + 1 - len(answer))
            if not part:
                break
            answer += part
    return answer


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and what it started; it was not waited for yet, so that its number is still its own."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
