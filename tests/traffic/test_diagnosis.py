"""The JSON of a diagnosis is one document, with one session on a line."""

from __future__ import annotations

import json

from regdoctor.traffic.diagnosis import document, render_json
from regdoctor.traffic.telling import Telling
from tests.traffic.seen_exchanges import exchanged


def test_what_is_written_is_the_document() -> None:
    telling = Telling()
    telling.take(exchanged("GET /v2/a/manifests/1", 404))
    telling.take(exchanged("GET /v2/b/manifests/1", 200))
    diagnosis = telling.end()
    text = render_json(diagnosis)

    assert json.loads(text) == document(diagnosis)
    assert sum('"number"' in line for line in text.splitlines()) == 2


def test_nothing_is_an_empty_list() -> None:
    assert json.loads(render_json(Telling().end()))["sessions"] == []
