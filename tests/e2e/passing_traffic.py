"""Real requests and their answers, told one by one as a recording of them would be."""

from __future__ import annotations

import time
from collections.abc import Mapping

from regdoctor.causes import Finding
from regdoctor.formats.raw_exchange import RawExchange
from regdoctor.lab.client import Answer, send
from regdoctor.traffic.cleaning import Marks, clean
from regdoctor.traffic.telling import Telling


class PassingTraffic:
    """Asks whatever address it is given; each exchange is cleaned and told as every recording is."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.findings: list[Finding] = []
        """All that was found, in the order of the requests."""
        self._telling, self._marks, self._number = Telling(), Marks(), 0

    def ask(self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """One request; it says how long its body is, and follows no redirect."""
        sent = {"User-Agent": "docker/29.0.0", "Content-Length": str(len(body)), **(headers or {})}
        started = time.time()
        answer = send(method, url, headers=sent, body=body)
        self._number += 1
        raw = RawExchange(
            id=str(self._number),
            method=method,
            url=url,
            request_headers=tuple(sent.items()),
            request_body=body,
            request_size=len(body),
            status=answer.status,
            response_headers=tuple(answer.headers.items()),
            response_body=answer.body,
            response_size=len(answer.body),
            started=started,
            ended=time.time(),
        )
        self.findings += self._telling.take(clean(raw, self._marks)).findings
        return answer

    @property
    def names(self) -> list[str]:
        """The checks that were found, in the order of the requests."""
        return [one.check.name for one in self.findings]
