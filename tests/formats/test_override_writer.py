"""One variable at a time: what becomes of it is said at once."""

from __future__ import annotations

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.formats.located import Located, Place
from regdoctor.formats.override_writer import NotAppliedError, OverrideWriter, RefusedError, normalised

_EMPTY = Located({}, Place("f"))


def _write(name: str, value: Located, generation: Generation | None = None) -> Located:
    return OverrideWriter(generation).write(_EMPTY, name, name.split("_")[1:], value)


def _text(text: str) -> Located:
    return Located(text, Place("e", layer="environment"), "X")


def test_a_variable_makes_the_sections_on_its_way() -> None:
    found = _write("REGISTRY_HTTP_DEBUG_ADDR", _text(":5001")).at("http", "debug", "addr")
    assert found is not None
    assert found.text() == ":5001"


def test_what_is_not_applied_says_what_would_be() -> None:
    with pytest.raises(NotAppliedError, match="health has no field HTTP") as caught:
        _write("REGISTRY_HEALTH_HTTP", _text("x"))
    assert (caught.value.instead, caught.value.section) == ("REGISTRY_HEALTH_HTTPCHECKERS", True)
    with pytest.raises(NotAppliedError, match="no such section") as caught:
        _write("REGISTRY_SERVICE_HOST", _text("x"))
    assert not caught.value.section


def test_what_is_refused_says_why() -> None:
    with pytest.raises(RefusedError, match="undefined index"):
        _write("REGISTRY_NOTIFICATIONS_ENDPOINTS_1_URL", _text("http://x"), Generation.GITLAB)


def test_a_driver_by_name_alone_has_no_parameters() -> None:
    assert normalised(("storage",), _text("s3")).entries()["s3"].value == {}
    assert normalised(("http",), _text("s3")).value == "s3"


def test_a_value_of_another_type_is_written_and_noted_down() -> None:
    writer = OverrideWriter(None)
    tree = writer.write(_EMPTY, "REGISTRY_HTTP_HTTP2_DISABLED", ["HTTP", "HTTP2", "DISABLED"], _text("x"))
    assert tree.at("http", "http2", "disabled") is not None
    assert writer.misfit == ("http.http2.disabled", "true or false")
    writer.write(tree, "REGISTRY_HTTP_ADDR", ["HTTP", "ADDR"], _text("x"))
    assert writer.misfit is None
