"""An environment directory of runit or daemontools: a file for each variable, as Omnibus GitLab writes
them.
"""

from __future__ import annotations

from collections.abc import Mapping


def parse_envdir(files: Mapping[str, bytes]) -> dict[str, str]:
    """The variables that a directory sets; `files` has the content of each of its files by name.

    The first line is the value, spaces and tabs at its end are dropped, and a NUL stands for a line break. A
    file of no bytes removes the variable, so it is left out here. Names that begin with a dot, or hold `=`,
    are no variables. Sources: https://cr.yp.to/daemontools/envdir.html and `-e` of chpst(8).
    """
    return {
        name: _value(content)
        for name, content in files.items()
        if content and name and not name.startswith(".") and "=" not in name
    }


def _value(content: bytes) -> str:
    first = content.split(b"\n", 1)[0].rstrip(b" \t")
    return first.replace(b"\0", b"\n").decode("utf-8", "replace")
