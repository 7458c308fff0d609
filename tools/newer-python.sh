#!/bin/sh
# Prints the first Python here that the newest mitmproxy takes (3.12 or later); prints nothing where there is none.
# pyenv's shims are on PATH for versions that are not chosen, too, and cannot run then: each one is tried.
pyenv_root=$(pyenv root 2>/dev/null)
for one in python3.14 python3.13 python3.12 "${pyenv_root:-/nonexistent}"/versions/3.1[2-9]*/bin/python3; do
    if "$one" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
        command -v "$one"
        exit 0
    fi
done
