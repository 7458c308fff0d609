"""Where the process begins and ends: the fast way to --version, and the last place that a traceback could come out."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def main() -> None:
    """Run the command line; the exit codes are those of exit_codes.py."""
    if sys.argv[1:] == ["--version"]:
        from regdoctor import __version__

        # Nothing else is imported: scripts ask for the version often.
        print(f"regdoctor {__version__}")
        return
    try:
        from regdoctor.cli.app import run

        code = run()
    except KeyboardInterrupt:  # while it was being imported
        code = 130
    if code == 130:
        sys.stderr.write("regdoctor: interrupted\n")
    _leave(code)


def _leave(code: int) -> NoReturn:
    """End the process with `code`, at once where a probe was given up: Python waits for what such a probe started."""
    import contextlib
    import threading

    if any(thread.name.startswith("probe ") for thread in threading.enumerate()):
        for stream in filter(None, (sys.stdout, sys.stderr)):
            with contextlib.suppress(OSError):
                stream.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
