"""XML from a server that nobody vouches for: as a small tree, within bounds, with no document type and no entities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

_LARGEST = 4 << 20
"""Bytes; a lifecycle document of 1,000 rules, the most that S3 takes, has less than 1 MiB."""
_DEEPEST = 24
_MOST_ELEMENTS = 50_000


class NotXmlError(Exception):
    """It is no XML that we read; the message is one line that says why."""


@dataclass(slots=True)
class Element:
    """One element; namespaces and attributes are left out, as no document of S3 needs them."""

    name: str
    """Without prefix."""
    text: str = ""
    """All text right in it, without blanks at its ends."""
    children: list[Element] = field(default_factory=list)

    def all(self, name: str) -> Iterator[Element]:
        """The children of that name."""
        return (child for child in self.children if child.name == name)

    def at(self, *names: str) -> Element | None:
        """The first element along these names; None where there is none."""
        found: Element | None = self
        for name in names:
            found = next(found.all(name), None) if found is not None else None
        return found

    def said(self, *names: str) -> str:
        """The text of the first element along these names; empty where there is none."""
        found = self.at(*names)
        return found.text if found is not None else ""


def parse_xml(data: bytes) -> Element:
    """The root element.

    Raises NotXmlError for what is not well-formed, has a document type (the place of entities, and so of bombs), or is
    larger, deeper or of more elements than any document of S3.
    """
    if len(data) > _LARGEST:
        raise NotXmlError(f"more than {_LARGEST} bytes")
    tree = _Tree()
    parser = expat.ParserCreate()
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.characters
    parser.StartDoctypeDeclHandler = tree.document_type
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        # LookupError and ValueError: an encoding that Python does not know, or that is of several bytes.
        raise NotXmlError(f"not well-formed XML: {error}") from error
    return tree.root()


class _Tree:
    """Takes what the parser sees."""

    def __init__(self) -> None:
        self._top = Element("")
        self._open = [self._top]
        self._texts: list[list[str]] = [[]]
        self._elements = 0

    def start(self, name: str, _: object) -> None:
        self._elements += 1
        if len(self._open) > _DEEPEST or self._elements > _MOST_ELEMENTS:
            raise NotXmlError("XML deeper or larger than any document of S3")
        element = Element(name.rpartition(":")[2])
        self._open[-1].children.append(element)
        self._open.append(element)
        self._texts.append([])

    def end(self, _: str) -> None:
        self._open.pop().text = "".join(self._texts.pop()).strip()

    def characters(self, text: str) -> None:
        self._texts[-1].append(text)

    def document_type(self, *_: object) -> None:
        raise NotXmlError("XML with a document type, which no S3 store sends")

    def root(self) -> Element:
        return self._top.children[0]
