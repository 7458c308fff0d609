"""How code that only a run can evaluate is shown: without the texts in it, which may be secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.formats.located import Computed
from regdoctor.formats.ruby_source import text_of, walk

if TYPE_CHECKING:
    from tree_sitter import Node

_LONGEST_EXPRESSION = 100
_MOST_BYTES = 4000
"""Of the code, that are looked at: the rest would be cut off anyhow."""


def expression(node: Node) -> Computed:
    """What stands in for a value that is worked out at run time: the code in one line, without the texts in it.

    A text may be a password; only keys such as that of `ENV['NAME']` and the path of `File.read('/path')` are shown.
    """
    written = (node.text or b"")[:_MOST_BYTES]
    pieces, at = [], 0
    for part in walk(node):
        begin, end = part.start_byte - node.start_byte, part.end_byte - node.start_byte
        if begin >= len(written):
            break
        if part.type == "string_content" and not _is_name(part):
            pieces += [written[at:begin], "…".encode()]
            at = end
    pieces.append(written[at:])
    line = " ".join(b"".join(pieces).decode("utf-8", "replace").split())
    return Computed(line if len(line) <= _LONGEST_EXPRESSION else line[: _LONGEST_EXPRESSION - 1] + "…")


def _is_name(content: Node) -> bool:
    """Whether a text is a key in brackets, or the first thing that is asked of ENV or of a file."""
    string = content.parent
    holder = string.parent if string is not None else None
    if string is None or holder is None:
        return False
    if holder.type == "element_reference":
        return True  # a key
    call = holder.parent
    if holder.type != "argument_list" or call is None or holder.named_children[0] != string:
        return False
    return text_of(call.child_by_field_name("receiver")) in ("ENV", "File", "IO")
