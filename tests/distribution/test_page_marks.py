"""The tables of marks are in the case that they are compared in, and none of them is a registry's."""

from __future__ import annotations

from regdoctor.distribution import page_marks
from regdoctor.distribution.errors import STATUS_OF
from regdoctor.distribution.page_authors import author_of


def test_marks_are_lower_case_as_the_body_that_is_searched() -> None:
    marks = [mark for _, mark in (*page_marks.PAGE_MARKS, *page_marks.WHOLE_BODIES, *page_marks.WORDS_OF_MANY)]
    starts = [start for _, *rest in (*page_marks.OWN_HEADERS, *page_marks.BUCKET_HEADERS) for start in rest]
    words = [start for start, _ in (*page_marks.SERVER_WORDS, *page_marks.FOOTERS)]

    assert [mark for mark in marks if mark != mark.lower()] == []
    assert [word for word in (*starts, *words) if word != word.lower()] == []


def test_each_mark_names_its_author() -> None:
    for name, mark in page_marks.PAGE_MARKS:
        author = author_of(403, [], b"<html>" + mark.upper())
        assert author is not None
        assert author.name == name


def test_no_error_of_a_registry_carries_a_mark() -> None:
    for code in STATUS_OF:
        author = author_of(404, [("Server", "nginx")], b'{"errors":[{"code":"%b","message":"gitlab"}]}' % code.encode())
        assert author is not None
        assert author.is_registry
