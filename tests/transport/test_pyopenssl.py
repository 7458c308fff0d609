"""pyOpenSSL's import from several threads."""

from __future__ import annotations

import subprocess
import sys

_BOTH_AT_ONCE = """
import importlib, sys, threading
sys.setswitchinterval(1e-6)
errors, start = [], threading.Barrier(2)

def load(name):
    start.wait()
    try:
        importlib.import_module(name)
    except BaseException as error:
        errors.append(error)

threads = [threading.Thread(target=load, args=[name]) for name in sys.argv[1:]]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(repr(errors) if errors else 0)
"""


def test_it_can_be_imported_while_botocore_imports_it_too() -> None:
    for _ in range(5):
        ended = subprocess.run(
            [sys.executable, "-c", _BOTH_AT_ONCE, "regdoctor.transport.pyopenssl", "OpenSSL.SSL"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
