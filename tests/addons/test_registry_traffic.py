"""The addon's hooks, options and commands, called as mitmproxy calls them."""

# mitmproxy types little of what addons call.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import builtins
import contextlib
import importlib.util
import io
import json
import logging
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from mitmproxy import contentviews, exceptions, http
from mitmproxy.addons import dumper, view
from mitmproxy.io import FlowReader, FlowWriter
from mitmproxy.test import taddons, tflow, tutils

from regdoctor import catalogue
from regdoctor.capture.addon_file import addon_file
from regdoctor.capture.flow_exchange import live_exchange, stored_exchange
from regdoctor.capture.passing_bodies import Tap
from regdoctor.evidence.recorded import Recorded
from regdoctor.traffic.reading import read_recordings

_UPLOAD = "/v2/group/app/blobs/uploads/11111111-2222-3333-4444-555555555555?_state=x&digest=y"
_DENIED = b'{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}'
MakeFlow = Callable[..., http.HTTPFlow]


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("registry_traffic_under_test", addon_file())
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def module() -> ModuleType:
    return _load()


@contextlib.contextmanager
def _loaded(*addons: Any) -> Iterator[taddons.context]:
    """A mitmproxy that has loaded them; its event loop is closed at the end, which its own context leaves open."""
    with taddons.context(*addons) as context:
        try:
            yield context
        finally:
            context.master.event_loop.close()


@pytest.fixture
def addon(module: ModuleType) -> Iterator[Any]:
    """The addon, loaded by a mitmproxy that has no screen; what it tells is printed."""
    made = module.RegistryTraffic()
    with _loaded(made) as context:
        context.master.addons.add(SimpleNamespace(name="dumper"))
        made.context = context
        yield made


def _flow(
    method: str = "GET", path: str = "/v2/", status: int | None = 200, body: bytes = b"{}", **headers: str
) -> http.HTTPFlow:
    named = http.Headers([(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()])
    request = tutils.treq(
        method=method.encode(), path=path.encode(), host="registry.example.com", port=443, scheme=b"https", content=b""
    )
    request.headers = http.Headers([(b"host", b"registry.example.com"), *named.fields])
    response: http.Response | bool = False
    if status is not None:
        response = tutils.tresp(status_code=status, content=body)
        response.headers = http.Headers(
            [(b"docker-distribution-api-version", b"registry/2.0"), (b"content-length", str(len(body)).encode())]
        )
        if body.startswith(b"{"):
            response.headers["content-type"] = "application/json"
    return tflow.tflow(req=request, resp=response, err=status is None)


def _pass(addon: Any, flow: http.HTTPFlow) -> http.HTTPFlow:
    addon.requestheaders(flow)
    addon.request(flow)
    if flow.response is None:
        addon.error(flow)
    else:
        addon.responseheaders(flow)
        addon.response(flow)
    return flow


def _recorded(path: Path) -> list[Recorded]:
    return [one for one in read_recordings([path]) if isinstance(one, Recorded)]


def test_a_normal_call_is_explained_and_not_marked(addon: Any, capsys: pytest.CaptureFixture[str]) -> None:
    flow = _pass(addon, _flow("HEAD", f"/v2/group/app/blobs/sha256:{'a' * 64}", 404, b""))
    assert flow.comment == "the registry has no such blob, as is normal before a push"
    assert flow.marked == ""
    assert flow.metadata["regdoctor.call"] == "1 registry: ask for blob"
    assert flow.metadata["regdoctor.meaning"] == flow.comment
    assert "no such blob" in capsys.readouterr().out


def test_a_refused_call_is_marked(addon: Any, capsys: pytest.CaptureFixture[str]) -> None:
    flow = _pass(addon, _flow("PUT", "/v2/group/app/manifests/1", 403, _DENIED))
    assert flow.marked in (":red_circle:", ":orange_circle:", ":yellow_circle:")
    assert capsys.readouterr().out.startswith("!   1 403 PUT   /v2/group/app/manifests/1")


def test_somebody_elses_comment_and_mark_stay(addon: Any) -> None:
    flow = _flow("PUT", "/v2/group/app/manifests/1", 403, _DENIED)
    flow.comment, flow.marked = "mine", ":key:"
    _pass(addon, flow)
    assert (flow.comment, flow.marked) == ("mine", ":key:")


def test_annotations_survive_in_a_flow_file(addon: Any) -> None:
    flow = _pass(addon, _flow("PUT", "/v2/group/app/manifests/1", 403, _DENIED))
    file = io.BytesIO()
    FlowWriter(file).add(flow)
    file.seek(0)
    (again,) = FlowReader(file).stream()
    assert again.metadata == flow.metadata
    assert again.comment == flow.comment


def test_the_body_of_a_layer_streams_counted_and_hashed(addon: Any) -> None:
    flow = _flow("PATCH", _UPLOAD, 202, b"", content_length="6")
    flow.request.raw_content = None
    addon.requestheaders(flow)
    stream = flow.request.stream
    assert callable(stream)
    assert [stream(piece) for piece in (b"abc", b"def", b"")] == [b"abc", b"def", b""]
    addon.request(flow)
    addon.responseheaders(flow)
    addon.response(flow)
    assert flow.request.raw_content is None
    assert flow.metadata["regdoctor.request_size"] == 6
    assert flow.metadata["regdoctor.request_digest"].startswith("sha256:bef57ec7f53a6d40beb640a780a639c8")


def test_without_digests_the_size_is_still_told(addon: Any) -> None:
    addon.context.configure(addon, regdoctor_digests=False)
    flow = _flow("PATCH", _UPLOAD, 202, b"", content_length="6")
    flow.request.raw_content = None
    addon.requestheaders(flow)
    stream = flow.request.stream
    assert callable(stream)
    stream(b"abc")
    stream(b"")
    addon.request(flow)
    addon.responseheaders(flow)
    addon.response(flow)
    assert "regdoctor.request_digest" not in flow.metadata
    assert flow.metadata["regdoctor.request_size"] == 3


def test_small_json_of_unknown_length_streams_and_is_shown(addon: Any) -> None:
    flow = _flow("GET", "/v2/group/app/manifests/1", 404, b"")
    assert flow.response is not None
    body = b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}'
    flow.response.headers = http.Headers([(b"transfer-encoding", b"chunked"), (b"content-type", b"application/json")])
    flow.response.raw_content = None
    addon.requestheaders(flow)
    addon.request(flow)
    addon.responseheaders(flow)
    stream = flow.response.stream
    assert callable(stream)
    stream(body)
    stream(b"")
    addon.response(flow)
    assert flow.response.raw_content == body


def test_the_stream_of_another_addon_stays(addon: Any) -> None:
    flow = _flow("PATCH", _UPLOAD, 202, b"", content_length="6")
    flow.request.stream = bytes.upper
    addon.requestheaders(flow)
    assert flow.request.stream == bytes.upper


def test_an_answer_before_the_end_of_the_request_is_told_once(addon: Any, tmp_path: Path) -> None:
    addon.context.configure(addon, regdoctor_record=str(tmp_path / "clean.flow"))
    flow = _flow("PATCH", _UPLOAD, 413, b"", content_length="6")
    flow.request.raw_content = None
    flow.request.timestamp_end = None
    addon.requestheaders(flow)
    addon.responseheaders(flow)
    addon.response(flow)
    addon.request(flow)
    addon.error(flow)
    addon.done()
    (recorded,) = _recorded(tmp_path / "clean.flow")
    assert recorded.cut_off_early


def test_a_flow_without_an_answer_is_told(addon: Any) -> None:
    flow = _pass(addon, _flow(status=None))
    assert flow.metadata["regdoctor.call"].startswith("1 ")
    assert flow.marked


def test_the_recording_is_private_and_has_no_secret(addon: Any, tmp_path: Path) -> None:
    path = tmp_path / "clean.flow"
    path.touch(mode=0o644)
    addon.context.configure(addon, regdoctor_record=str(path))
    _pass(addon, _flow(authorization="Basic dXNlcjpodW50ZXIy"))
    addon.done()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"dXNlcjpodW50ZXIy" not in path.read_bytes()
    assert len(_recorded(path)) == 1


@pytest.mark.parametrize(
    ("option", "value"), [("regdoctor_show", "everything"), ("regdoctor_record", "/nowhere/at/all.flow")]
)
def test_a_bad_option_is_refused(addon: Any, option: str, value: str) -> None:
    with pytest.raises(exceptions.OptionsError, match=option):
        addon.context.configure(addon, **{option: value})


@pytest.mark.parametrize(("show", "lines"), [("all", 2), ("problems", 1), ("none", 0)])
def test_what_is_printed_can_be_chosen(addon: Any, capsys: pytest.CaptureFixture[str], show: str, lines: int) -> None:
    addon.context.configure(addon, regdoctor_show=show)
    _pass(addon, _flow("HEAD", f"/v2/group/app/blobs/sha256:{'a' * 64}", 404, b""))
    _pass(addon, _flow("PUT", "/v2/group/app/manifests/1", 403, _DENIED))
    assert len(capsys.readouterr().out.splitlines()) == lines


def test_the_summary_is_printed_at_the_end(addon: Any, capsys: pytest.CaptureFixture[str]) -> None:
    _pass(addon, _flow("PUT", "/v2/group/app/manifests/1", 403, _DENIED))
    capsys.readouterr()
    addon.done()
    assert "1 call" in capsys.readouterr().out


def test_mitmdumps_own_lines_give_way_unless_they_were_asked_for(module: ModuleType) -> None:
    for asked in (False, True):
        addon = module.RegistryTraffic()
        with _loaded(dumper.Dumper(), addon) as context:
            if asked:
                context.options.update(flow_detail=2)
            addon.running()
            assert context.options.flow_detail == (2 if asked else 0)


def test_a_client_that_does_not_trust_the_ca_is_told_once(addon: Any, caplog: pytest.LogCaptureFixture) -> None:
    words = "The client does not trust the proxy's certificate for registry.example.com (unknown ca)"
    data = SimpleNamespace(
        context=SimpleNamespace(
            server=SimpleNamespace(address=("registry.example.com", 443)),
            client=SimpleNamespace(sni="registry.example.com"),
        ),
        conn=SimpleNamespace(error=words),
    )
    addon.tls_failed_client(data)
    addon.tls_failed_client(data)
    (record,) = caplog.records
    assert "registry.example.com does not trust the proxy's CA" in record.getMessage()


def test_a_server_that_refuses_is_told_where_there_will_be_no_flow(
    addon: Any, caplog: pytest.LogCaptureFixture
) -> None:
    data = SimpleNamespace(server=SimpleNamespace(address=("127.0.0.1", 1), error="Connect call failed"))
    addon.context.options.add_option("connection_strategy", str, "lazy", "of mitmproxy's own proxyserver")
    addon.server_connect_error(data)
    assert not caplog.records
    addon.context.options.update(connection_strategy="eager")
    addon.server_connect_error(data)
    assert caplog.records[0].getMessage() == "The proxy got no connection to 127.0.0.1:1: Connect call failed"


def test_explain_shows_the_page_of_each_check(addon: Any) -> None:
    flow = _flow()
    assert addon.explain(flow) == ["This flow was not explained."]
    flow.metadata.update({"regdoctor.meaning": "what it means", "regdoctor.checks": "location_wrong_scheme"})
    shown = addon.explain(flow)
    assert shown[0] == "what it means"
    assert any(line.startswith("location_wrong_scheme (proxy, ") for line in shown)


def test_export_writes_all_flows_without_secrets(module: ModuleType, tmp_path: Path) -> None:
    addon, flows = module.RegistryTraffic(), view.View()
    with _loaded(addon, flows) as context:
        flows.add([_pass(addon, _flow(authorization="Basic dXNlcjpodW50ZXIy"))])
        for name in ("session.flow", "session.har", "session.json"):
            context.master.commands.call_strings("regdoctor.export", [str(tmp_path / name)])
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert b"dXNlcjpodW50ZXIy" not in path.read_bytes()
    assert len(_recorded(tmp_path / "session.flow")) == len(_recorded(tmp_path / "session.har")) == 1
    assert json.loads((tmp_path / "session.json").read_text())["summary"]["calls"] == 1


def test_where_no_flows_are_kept_export_says_what_to_do(addon: Any, tmp_path: Path) -> None:
    with pytest.raises(exceptions.CommandError, match="regdoctor_record"):
        addon.context.master.commands.call_strings("regdoctor.export", [str(tmp_path / "x")])


def test_manifests_and_errors_have_a_view(addon: Any) -> None:
    flow = _flow("PUT", "/v2/group/app/manifests/1", 403, _DENIED)
    assert flow.response is not None
    if hasattr(contentviews, "prettify_message"):
        shown = contentviews.prettify_message(flow.response, flow)
        title, text = shown.view_name, shown.text
    else:
        title, lines, _ = contentviews.get_message_content_view("auto", flow.response, flow)
        text = "\n".join(str(part) for line in lines for _, part in line)
    assert title == "Container registry"
    assert text.startswith("DENIED: requested access to the resource is denied")


class _Broken:
    """Whatever is asked of it is an error."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"forced, of {name}")


@pytest.mark.parametrize(
    "hook",
    [
        "configure",
        "running",
        "requestheaders",
        "request",
        "responseheaders",
        "response",
        "error",
        "tls_failed_client",
        "server_connect_error",
        "done",
    ],
)
def test_an_error_in_a_hook_is_logged_once_and_goes_no_further(
    module: ModuleType, hook: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    addon = module.RegistryTraffic()
    monkeypatch.setattr(module, "ctx", _Broken())
    for name in ("live", "_open"):
        monkeypatch.setattr(addon, name, _Broken())
    arguments = [] if hook in ("running", "done") else [_Broken()]
    getattr(addon, hook)(*arguments)
    getattr(addon, hook)(*arguments)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert f"regdoctor failed in {hook}; traffic passes unchanged." in record.getMessage()
    assert "forced" in record.getMessage()


def test_an_error_in_a_command_is_told_to_who_gave_it_and_logged_once(
    module: ModuleType, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("forced")

    monkeypatch.setattr(module.export, "export", refuse)
    addon, flows = module.RegistryTraffic(), view.View()
    with _loaded(addon, flows) as context:
        for _ in range(2):
            with pytest.raises(exceptions.CommandError, match="regdoctor failed"):
                context.master.commands.call_strings("regdoctor.export", [str(tmp_path / "x.flow")])
        monkeypatch.setattr(module, "select", refuse)
        flow = _flow()
        flow.metadata["regdoctor.checks"] = "location_wrong_scheme"
        with pytest.raises(exceptions.CommandError, match="regdoctor failed"):
            addon.explain(flow)
    (record,) = caplog.records
    assert "forced" in record.getMessage()


def test_a_page_of_a_check_that_is_no_more_is_an_error_for_people(addon: Any) -> None:
    flow = _flow()
    flow.metadata["regdoctor.checks"] = "of_another_version"
    with pytest.raises(exceptions.CommandError, match="of_another_version"):
        addon.explain(flow)


def test_what_is_replayed_is_told_anew(addon: Any) -> None:
    flow = _pass(addon, _flow("PUT", "/v2/group/app/manifests/1", 403, _DENIED))
    assert flow.marked
    answer = tutils.tresp(status_code=201, content=b"")
    answer.headers = http.Headers([(b"docker-distribution-api-version", b"registry/2.0"), (b"content-length", b"0")])
    flow.response = answer
    _pass(addon, flow)
    assert flow.marked == ""
    assert flow.metadata["regdoctor.call"].startswith("2 ")
    assert "stores the manifest" in flow.comment


def test_what_began_before_the_script_was_loaded_anew_is_told_by_the_new_one(module: ModuleType, addon: Any) -> None:
    flow = _flow("PATCH", _UPLOAD, 202, b"", content_length="6")
    flow.request.raw_content = None
    addon.requestheaders(flow)
    stream = flow.request.stream
    assert callable(stream)
    stream(b"abcdef")
    stream(b"")
    anew = module.RegistryTraffic()
    for hook in (anew.request, anew.responseheaders, anew.response, anew.error):
        hook(flow)
    assert flow.metadata["regdoctor.call"].startswith("1 ")
    assert flow.metadata["regdoctor.request_size"] == 6


def test_an_error_while_a_body_streams_changes_no_byte(
    addon: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("forced")

    flow = _flow("PATCH", _UPLOAD, 202, b"", content_length="6")
    addon.requestheaders(flow)
    monkeypatch.setattr(Tap, "take", refuse)
    stream = flow.request.stream
    assert callable(stream)
    assert [stream(b"abc"), stream(b"def"), stream(b"")] == [b"abc", b"def", b""]
    assert len(caplog.records) == 1


def test_without_regdoctor_one_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original = builtins.__import__

    def refuse(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("regdoctor"):
            raise ImportError(f"No module named {name!r}")
        return original(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    (alone,) = _load().addons
    with _loaded(alone):
        pass
    (record,) = caplog.records
    assert "regdoctor cannot be imported by this mitmproxy" in record.getMessage()
    assert "`regdoctor capture analyze session.flow`" in record.getMessage()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SyntaxError("invalid syntax", ("some_check.py", 3, 1, "def (", 3, 2)), "SyntaxError: invalid syntax (some_"),
        (ValueError("two checks\nof one name"), "ValueError: two checks of one name)"),
        (RecursionError("x" * 5000), f"RecursionError: {'x' * 280}"),
    ],
)
def test_a_broken_installation_ends_no_proxy_and_says_in_one_sentence_what_breaks(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> None:
        raise error

    monkeypatch.setattr(catalogue, "signs", refuse)
    (alone,) = _load().addons
    with _loaded(alone):
        [record] = caplog.records
    message = record.getMessage()
    assert f"regdoctor cannot be imported by this mitmproxy ({said}" in message
    assert "\n" not in message
    assert len(message) < 1000


@pytest.mark.parametrize(
    "flow",
    [
        _flow(),
        _flow("PUT", "/v2/group/app/manifests/1?ns=x", 403, _DENIED, content_type="application/json"),
        _flow("HEAD", "/v2/a/manifests/1", 404, b""),
        _flow(status=None),
        _flow("GET", "*", 200),
    ],
)
def test_a_live_flow_reads_as_its_record_in_a_flow_file_does(flow: http.HTTPFlow) -> None:
    assert live_exchange(flow, None, None, expected_continue=False) == stored_exchange(flow)
