"""Loaded into mitmdump beside the addon: says where it listens, and ends it with the one that started it.

Standard input is a pipe that the starter holds and never writes to: it ends with the starter, however that ends.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
from pathlib import Path
from typing import Any

LISTENING = "regdoctor listens at"
"""How the line begins that says where: host and port follow, parted by blanks."""
FOLDER_PREFIX = "regdoctor-capture-"
"""How the name of the configuration folder begins: another one is never removed."""
_GRACE = 5.0
"""Seconds from the starter's end to ours, whatever is still open."""


class Lifeline:
    """What mitmproxy calls. It imports nothing of mitmproxy: what it needs comes with the loader."""

    def __init__(self) -> None:
        """Nothing is watched before `load`."""
        self._master: Any = None
        self._orphaned = threading.Event()

    def load(self, loader: Any) -> None:
        """Begin to watch."""
        self._master = loader.master
        threading.Thread(target=self._watch, daemon=True).start()

    def running(self) -> None:
        """Say where it listens, by now that is known."""
        host, port = self._master.addons.get("proxyserver").listen_addrs()[0][:2]
        print(f"{LISTENING} {host} {port}", flush=True)

    def done(self) -> None:
        """What was written after the starter's end goes, too."""
        if self._orphaned.is_set():
            self._remove_folder()

    def _watch(self) -> None:
        while os.read(0, 4096):
            pass
        self._orphaned.set()
        self._remove_folder()
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(_GRACE)
        self._remove_folder()
        os._exit(1)

    def _remove_folder(self) -> None:
        folder = Path(self._master.options.confdir)
        if folder.name.startswith(FOLDER_PREFIX):
            shutil.rmtree(folder, ignore_errors=True)


addons = [Lifeline()]
