"""The addon in mitmweb and in mitmproxy's console: what a person sees there, and the commands."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from regdoctor.distribution.media_types import DOCKER_SCHEMA2
from regdoctor.lab.client import send
from regdoctor.lab.image import build_image, push_image
from regdoctor.lab.processes import wait_until
from tests.e2e.console_proxy import ConsoleProxy
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.web_proxy import WebProxy

_MANIFEST = "/v2/group/app/manifests/1"
_UNKNOWN = "the registry has no 1 in group/app"
_SECRET = {"Authorization": "Basic dXNlcjpodW50ZXIy"}


def test_mitmweb_shows_comment_mark_and_text(tmp_path: Path, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    with WebProxy(tmp_path, f"reverse:{lone_registry.url}") as web:
        push_image(f"http://{web.address}", "group/app", "1", build_image("in a browser"), "")
        assert send("GET", f"http://{web.address}{_MANIFEST}", headers={"Accept": DOCKER_SCHEMA2}).status == 200
        refused = send("PUT", f"http://{web.address}{_MANIFEST}", body=b"{}", headers=_SECRET)
        assert refused.status >= 400
        wait_until(lambda: bool(web.flows()) and bool(web.flows()[-1]["comment"]), "the comment of the last flow")
        *_, pulled, failed = web.flows()
        assert pulled["marked"] == ""
        assert failed["marked"] == "🟡"
        assert str(refused.status) in failed["comment"]
        view, text = web.text(pulled["id"], "response")
        assert (view, text.splitlines()[0].partition(" (")[0]) == ("Container registry", "image manifest")
        assert web.text(failed["id"], "response")[0] == "Container registry"
        assert web.run("regdoctor.explain", "@all")["error"]  # it is of one flow
        web.run("view.focus.go", "-1")
        assert web.run("regdoctor.explain", "@focus")["value"][0] == failed["comment"].splitlines()[0]
        file = tmp_path / "session.json"
        assert web.run("regdoctor.export", str(file)) == {"value": None}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert json.loads(file.read_text())["summary"]["calls"] == len(web.flows())
        assert "cannot be written" in web.run("regdoctor.export", "/nowhere/at.all")["error"]
    assert "dXNlcjpodW50ZXIy" not in file.read_text()
    assert "regdoctor failed" not in web.output
    assert "Addon error" not in web.output


def test_the_console_shows_mark_comment_and_text_and_a_replay_is_told_anew(
    tmp_path: Path, lone_registry: LoneRegistry
) -> None:
    lone_registry.serve()
    with ConsoleProxy(tmp_path, f"reverse:{lone_registry.url}") as console:
        assert send("GET", f"http://{console.address}{_MANIFEST}", headers=_SECRET).status == 404
        console.wait_for("🟡")
        console.type("\r\t")
        console.wait_for("Container registry")
        console.wait_for("MANIFEST_UNKNOWN: manifest unknown")
        console.type("\t")
        console.wait_for(f"Comment: {_UNKNOWN}")
        console.type(":regdoctor.explain @focus\r")
        console.wait_for(f"│{_UNKNOWN}")
        console.type("q")
        push_image(lone_registry.url, "group/app", "1", build_image("on a console"), "")
        console.type("r")
        console.wait_for("Comment: the registry hands out the manifest of")
        file = tmp_path / "session.har"
        console.type(f":regdoctor.export {file}\r")
        wait_until(lambda: file.exists() and file.read_text("utf-8").endswith("}\n"), "the export")
        (entry,) = json.loads(file.read_text())["log"]["entries"]
        assert entry["response"]["status"] == 200
    assert "dXNlcjpodW50ZXIy" not in file.read_text()
