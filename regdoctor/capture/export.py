"""What mitmproxy's user takes out of a session: it without secrets, or its diagnosis."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from regdoctor.capture.flow_exchange import Flow, stored_exchange
from regdoctor.evidence.recorded import Recorded
from regdoctor.traffic.cleaning import Marks, clean
from regdoctor.traffic.diagnosis import render_json
from regdoctor.traffic.telling import Telling
from regdoctor.traffic.writing import kind_of, write_recording


def export(flows: Iterable[Flow], path: Path) -> int:
    """Write them without secrets, mode 0600: .json is the diagnosis, .har a HAR, all else a flow file.

    How many exchanges it has is returned. Raises UsageError or OSError where it cannot be written.
    """
    marks = Marks()
    raws = [raw for raw in map(stored_exchange, flows) if raw is not None]
    cleaned = sorted((clean(raw, marks) for raw in raws), key=lambda recorded: recorded.ended)
    if path.suffix.lower() == ".json":
        _write_private(path, _diagnosis(cleaned))
    else:
        write_recording(cleaned, path, kind_of(path))
    return len(cleaned)


def _diagnosis(recorded: Iterable[Recorded]) -> str:
    telling = Telling()
    for one in recorded:
        telling.take(one)
    return render_json(telling.end())


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, "utf-8")
