"""A real mitmweb with the addon, and its JSON API as its page in a browser uses it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from regdoctor.capture.addon_file import addon_file
from regdoctor.lab.client import Answer, send
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes

_TOKEN = "token-of-this-test"
_FORGERY = "0123456789abcdef"
"""What cookie and header must agree on (tornado's xsrf_cookies); the cookie's name is another since mitmproxy 12."""


class WebProxy:
    """A context manager."""

    def __init__(self, folder: Path, mode: str) -> None:
        """mode: as mitmweb's --mode has it."""
        self.port, self._page = free_ports(2)
        self.address = f"127.0.0.1:{self.port}"
        self._log = folder / "mitmweb.log"
        settings = (f"confdir={folder / 'confdir'}", "keep_host_header=true", f"web_password={_TOKEN}")
        self._words: list[str | Path] = [
            Path(sys.executable).with_name("mitmweb"),
            *("--listen-host", "127.0.0.1", "--listen-port", str(self.port), "--mode", mode),
            *("--no-web-open-browser", "--web-port", str(self._page), "--scripts", addon_file()),
            *(word for setting in settings for word in ("--set", setting)),
        ]
        self._processes = Processes()

    def __enter__(self) -> Self:
        """Start it. Raises LabError where it does not come up."""
        process = self._processes.start(
            "mitmweb", self._words, log=self._log, environment={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
        ready = (f"listening at {self.address}", "Web server listening at")
        process.wait_ready(lambda: all(word in self.output for word in ready), seconds=30.0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self._processes.stop_all()

    @property
    def output(self) -> str:
        """All that it said."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""

    def flows(self) -> list[dict[str, Any]]:
        """All flows, as its list shows them."""
        flows: list[dict[str, Any]] = json.loads(self._ask("GET", "/flows").body)
        return flows

    def text(self, flow: str, message: str) -> tuple[str, str]:
        """The name of the view that it chose for a body, and what this shows. message: `request` or `response`."""
        shown = json.loads(self._ask("GET", f"/flows/{flow}/{message}/content/Auto.json").body)
        if "lines" in shown:  # up to 11, and in 12 for pages of an older mitmproxy
            return shown["description"], "\n".join("".join(text for _, text in line) for line in shown["lines"])
        return shown["view_name"], shown["text"]

    def run(self, name: str, *arguments: str) -> Any:
        """What a command answers: its `value`, or its `error`."""
        return json.loads(self._ask("POST", f"/commands/{name}", {"arguments": list(arguments)}).body)

    def _ask(self, method: str, path: str, document: object = None) -> Answer:
        headers = {
            "Authorization": f"Bearer {_TOKEN}",
            "Content-Type": "application/json",
            "Cookie": f"_xsrf={_FORGERY}; _mitmproxy_xsrf={_FORGERY}",
            "X-XSRFToken": _FORGERY,
        }
        body = json.dumps(document).encode() if document is not None else None
        answer = send(method, f"http://127.0.0.1:{self._page}{path}", headers=headers, body=body)
        assert answer.status == 200, answer
        return answer
