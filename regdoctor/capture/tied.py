"""Run as a file: becomes another program, which is ended when the process that started it ends, however that ends.

`python -I tied.py PARENT PROGRAM ARGUMENTS...`; PARENT is the number of that process.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""prctl(2) of Linux: the signal that this process gets when its parent ends; it survives execve."""


def main(arguments: list[str]) -> None:
    """Become the program. Ends with 127 where that is not possible, and one line says why."""
    parent, *words = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != int(parent):  # it ended before that was set
            sys.exit(128 + signal.SIGTERM)
    # Python ignores it, and what is ignored stays so in the program.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execvp(words[0], words)  # noqa: S606 - the words are the user's own
    except OSError as error:
        sys.stderr.write(f"{words[0]}: {error.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
