"""What http.client is to make of the first lines of an answer: interim answers are passed over, or are the answer."""

from __future__ import annotations

import http.client
from http import HTTPStatus

_MOST_INTERIM = 10
"""Interim answers (1xx) before the final one; Go's client bears five."""


class FinalResponse(http.client.HTTPResponse):
    """Passes over interim answers such as 103 Early Hints, which http.client takes for the final one."""

    def begin(self) -> None:
        """Read up to the headers of the final answer. Raises HTTPException where none comes after ten others."""
        for _ in range(_MOST_INTERIM):
            super().begin()
            if not 100 <= self.status < 200 or self.status == HTTPStatus.SWITCHING_PROTOCOLS:
                return
            # `begin` reads nothing once there are headers.
            self.headers = self.msg = None  # type: ignore[assignment]
        raise http.client.HTTPException(f"more than {_MOST_INTERIM} interim answers (1xx)")


class FirstResponse(FinalResponse):
    """Takes `100 Continue` (RFC 9110 section 15.2.1) for the whole answer: what came of an announced body."""

    def begin(self) -> None:
        """Read up to the headers of the final answer, or up to `100 Continue`, after which nothing more is read."""
        try:
            super().begin()
        except _ContinueError:
            self.headers = self.msg = http.client.HTTPMessage()
            self.code = self.status = HTTPStatus.CONTINUE
            self.reason, self.version = "Continue", 11
            self.chunked, self.length, self.will_close = False, 0, True

    def _read_status(self) -> tuple[str, int, str]:
        # http.client passes over it by itself, and has no other place to see it.
        answer: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
        if answer[1] == HTTPStatus.CONTINUE:
            raise _ContinueError
        return answer


class _ContinueError(Exception):
    """`100 Continue` came."""
