"""Imports mitmproxy once: the libraries that 11.0 is pinned to warn of each other's old names."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import mitmproxy.addons  # noqa: F401
