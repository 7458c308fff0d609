"""Where the file is that `mitmproxy -s` loads: in a source tree beside the package, in a wheel within it."""

from __future__ import annotations

from pathlib import Path

_NAME = "registry_traffic.py"


def addon_file() -> Path:
    """The addon's file. Raises FileNotFoundError where the installation has none."""
    here = Path(__file__).resolve().parent
    # pyproject.toml puts the file of the source tree here when it builds a wheel.
    for path in (here / _NAME, here.parents[1] / "addons" / _NAME):
        if path.is_file():
            return path
    raise FileNotFoundError(f"this installation of regdoctor has no {_NAME}: install it again")
