"""A headless Chromium that a test drives: one page, its console, keys, clicks and pictures.

It is spoken to by the DevTools protocol over two pipes (`--remote-debugging-pipe`: messages of JSON, each ending in
NUL, read from descriptor 3 and written to 4), so that it needs no port and no client library.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_PATIENCE = 60.0
"""Seconds for one answer; a busy machine draws 10,000 rows slowly."""
_STARTER = """
import fcntl, os, sys
taken, given = (fcntl.fcntl(int(word), fcntl.F_DUPFD, 20) for word in sys.argv[1:3])
os.dup2(taken, 3)
os.dup2(given, 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""
"""Gives Chromium the pipes under the numbers that it expects."""
_KEYS = {
    "Enter": (13, "\r"),
    "Tab": (9, ""),
    " ": (32, " "),
    "Home": (36, ""),
    "End": (35, ""),
    "ArrowDown": (40, ""),
    "ArrowUp": (38, ""),
    "ArrowLeft": (37, ""),
    "ArrowRight": (39, ""),
}
"""Windows' number of a key and what it types; letters need no entry."""


class Chromium:
    """Runs while it is entered; `complaints` are the errors and warnings of the console, and uncaught exceptions."""

    def __init__(self, folder: Path) -> None:
        """folder: for its profile."""
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._profile = folder / "chromium"
        self._number = 0
        self._unread = b""
        self._session = ""
        self._events: list[str] = []

    def __enter__(self) -> Self:
        """Start it with one empty page. Fails naming the package where it is missing."""
        program = shutil.which("chromium")
        assert program, "chromium is missing: Debian package chromium"
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-c", _STARTER, str(theirs_in), str(theirs_out), program),
                *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
                *("--remote-debugging-pipe", f"--user-data-dir={self._profile}", "about:blank"),
            ],
            pass_fds=(theirs_in, theirs_out),
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(self._profile.parent)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        try:
            target = self.call("Target.createTarget", url="about:blank")["targetId"]
            self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network"):
                self.call(f"{domain}.enable")
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self._stop()

    def _stop(self) -> None:
        # It ends with its pipe, and takes its own children along.
        os.close(self._to)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._from)

    def call(self, method: str, **params: Any) -> Any:
        """One command of the protocol with its result. Fails with Chromium's own words, or when none comes in time."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self._note(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def _next(self) -> dict[str, Any]:
        deadline = time.monotonic() + _PATIENCE
        while b"\0" not in self._unread:
            ready = select.select([self._from], [], [], max(0.0, deadline - time.monotonic()))[0]
            assert ready, "Chromium did not answer in time"
            piece = os.read(self._from, 1 << 20)
            assert piece, "Chromium has ended"
            self._unread += piece
        line, _, self._unread = self._unread.partition(b"\0")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _note(self, event: dict[str, Any]) -> None:
        method, params = event.get("method", ""), event.get("params", {})
        self._events.append(method)
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(params["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.complaints.append(json.dumps(params["args"]))
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def open(self, page: Path) -> float:
        """Show a file; gives the seconds until it was loaded and its scripts had run."""
        self._events.clear()
        began = time.monotonic()
        self.call("Page.navigate", url=page.as_uri())
        while "Page.loadEventFired" not in self._events:
            self._note(self._next())
        return time.monotonic() - began

    def work(self, what: Callable[[], object]) -> float:
        """Seconds that the page's thread was at work for it, whatever else the machine does meanwhile."""
        self.call("Performance.enable", timeDomain="threadTicks")
        before = self._worked()
        what()
        worked = self._worked() - before
        self.call("Performance.disable")
        return worked

    def _worked(self) -> float:
        metrics = self.call("Performance.getMetrics")["metrics"]
        return sum(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression, of a promise that which it comes to."""
        done = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def press(self, key: str) -> None:
        """Press and release a key, as a person does: by its name, or what it types."""
        code, text = _KEYS.get(key) or (ord(key.upper()), key)
        known = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **known)
        self.call("Input.dispatchKeyEvent", type="keyUp", **known)

    def click(self, selector: str) -> None:
        """Click into the middle of the first element that fits, scrolled to where it is seen."""
        element = f"document.querySelector({json.dumps(selector)})"
        self.run(f"{element}.scrollIntoView({{block: 'center'}})")
        spot = self.run(f"(r => [r.x + r.width / 2, r.y + r.height / 2])({element}.getBoundingClientRect())")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=spot[0], y=spot[1], button="left", clickCount=1)

    def look(
        self,
        *,
        width: int = 1280,
        height: int = 900,
        scheme: str = "light",
        scripts: bool = True,
        motion: bool = True,
        paper: bool = False,
    ) -> None:
        """How it is looked at from now on.

        width, height: of the window in CSS pixels; scheme: light or dark; scripts: whether they run; motion: whether
        movement is welcome (prefers-reduced-motion); paper: as it is printed.
        """
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        features = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "no-preference" if motion else "reduce"}
        self.call(
            "Emulation.setEmulatedMedia",
            media="print" if paper else "",
            features=[{"name": name, "value": value} for name, value in features.items()],
        )
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)

    def picture(self, path: Path) -> None:
        """What is seen now, as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
