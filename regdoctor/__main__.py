"""Where the process begins and ends: the fast way to --version, and the last place that a traceback could come out."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; the exit codes are those of exit_codes.py."""
    if sys.argv[1:] == ["--version"]:
        from regdoctor import __version__

        # Nothing else is imported: scripts ask for the version often.
        print(f"regdoctor {__version__}")
        return
    from regdoctor.cli.app import run

    sys.exit(run())


if __name__ == "__main__":
    main()
