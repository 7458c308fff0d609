"""Explains the traffic of container registries in mitmproxy: `mitmdump -s registry_traffic.py`."""

# mitmproxy types little of what addons call.
# mypy: disable-error-code="no-untyped-call,untyped-decorator"

from __future__ import annotations

import functools
import logging
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from mitmproxy import command, contentviews, ctx, exceptions, flow, http, types

if TYPE_CHECKING:
    from mitmproxy import tls
    from mitmproxy.addonmanager import Loader
    from mitmproxy.proxy.server_hooks import ServerConnectionHookData

logger = logging.getLogger(__name__)

try:
    from regdoctor.capture import body_view, export, flow_annotations, live_telling
    from regdoctor.capture.flow_exchange import header_values
    from regdoctor.capture.passing_bodies import BODY_HEADERS, PassingOn, is_taken, request_tap, response_tap, tap_of
    from regdoctor.catalogue import select, signs
    from regdoctor.exit_codes import UsageError
    from regdoctor.pages import page
    from regdoctor.redaction import redact

    signs()  # imports the checks, and with them all that regdoctor needs
    _NOTABLE = frozenset((b"expect", *(name.encode() for name in BODY_HEADERS)))
    MISSING = ""
except Exception as error:  # a broken installation, whatever breaks it, must not end the proxy that loads this file
    _REASON = str(error) if isinstance(error, ImportError) else f"{type(error).__name__}: {error}"
    MISSING = (
        f"regdoctor cannot be imported by this mitmproxy ({' '.join(_REASON.split())[:300]}), so nothing is explained "
        f"and traffic passes untouched: install both for one Python of 3.11 or later (this one is {sys.executable}), "
        "or record with `mitmdump -w session.flow` and run `regdoctor capture analyze session.flow`."
    )

_SHOWN = ("all", "problems", "none")
P = ParamSpec("P")


def harmless(hook: Callable[Concatenate[RegistryTraffic, P], None]) -> Callable[Concatenate[RegistryTraffic, P], None]:
    """A hook whose errors stop neither traffic nor other hooks; the first of each hook is logged."""

    @functools.wraps(hook)
    def guarded(self: RegistryTraffic, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            hook(self, *args, **kwargs)
        except exceptions.OptionsError:  # what a person set wrongly
            raise
        except Exception:  # whatever it is, somebody's push must not fail by it
            self.report_bug(hook.__name__)

    return guarded


class RegistryTraffic:
    """What mitmproxy calls."""

    def __init__(self) -> None:
        """Nothing is read or written before `configure`."""
        self.live = live_telling.LiveTelling()
        self.digests = True
        self.show = "all"
        self._open: dict[str, bool] = {}
        """The flows that have not ended, by ID; whether each had Expect: 100-continue, which mitmproxy strips."""
        self._told_bugs: set[str] = set()

    def load(self, loader: Loader) -> None:
        """Declare the options."""
        loader.add_option("regdoctor_show", str, "all", f"Calls that mitmdump prints: {', '.join(_SHOWN)}.")
        loader.add_option("regdoctor_digests", bool, True, "Work out the digests of blobs that go by.")
        loader.add_option(
            "regdoctor_record",
            str,
            "",
            "Write the recording without secrets to this file, readable by its owner alone.",
        )
        add_contentview()

    @harmless
    def configure(self, updated: set[str]) -> None:
        """Take over options; raises OptionsError, which mitmproxy shows as one line."""
        options = ctx.options
        if "regdoctor_show" in updated:
            if options.regdoctor_show not in _SHOWN:
                raise exceptions.OptionsError(f"regdoctor_show is one of {', '.join(_SHOWN)}.")
            self.show = options.regdoctor_show
        if "regdoctor_digests" in updated:
            self.digests = options.regdoctor_digests
        if "regdoctor_record" in updated:
            path = Path(options.regdoctor_record).expanduser() if options.regdoctor_record else None
            try:
                self.live.record_to(path)
            except OSError as error:
                raise exceptions.OptionsError(f"regdoctor_record {path}: {error.strerror}.") from error

    @harmless
    def running(self) -> None:
        """Print calls in place of mitmdump's own lines, unless somebody asked for those."""
        if self._prints() and self.show != "none" and not ctx.options.has_changed("flow_detail"):
            ctx.options.update(flow_detail=0)

    @harmless
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Let a body that may be large pass piece by piece."""
        request = flow.request
        headers = header_values(request.headers, _NOTABLE)
        self._open[flow.id] = headers.get("expect", "").lower() == "100-continue"
        if not flow.live or is_taken(request.stream):
            return
        tap = request_tap(request.method, request.path, headers, digests=self.digests)
        if tap is not None:
            request.stream = PassingOn(tap, self._stream_failed)
        elif tap_of(request.stream) is not None:  # of its first pass: this one is a replay, and was changed
            request.stream = False

    @harmless
    def request(self, flow: http.HTTPFlow) -> None:
        """A small body that passed is shown nevertheless; where the answer came first the flow is told already."""
        sent = tap_of(flow.request.stream)
        if sent is not None and flow.request.raw_content is None:
            flow.request.raw_content = sent.release()

    @harmless
    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """As `requestheaders`."""
        request, response = flow.request, flow.response
        if response is None or not flow.live or is_taken(response.stream):
            return
        headers = header_values(response.headers, _NOTABLE)
        tap = response_tap(request.method, request.path, response.status_code, headers, digests=self.digests)
        if tap is not None:
            response.stream = PassingOn(tap, self._stream_failed)

    @harmless
    def response(self, flow: http.HTTPFlow) -> None:
        """Tell the flow, before it is written to a file."""
        response = flow.response
        came = tap_of(response.stream) if response is not None else None
        if response is not None and came is not None and response.raw_content is None:
            response.raw_content = came.release()
        self._tell(flow)

    @harmless
    def error(self, flow: http.HTTPFlow) -> None:
        """Tell a flow that got no complete answer; one that was told at its answer is not told twice."""
        self._tell(flow)

    @harmless
    def tls_failed_client(self, data: tls.TlsData) -> None:
        """A client that does not trust the CA makes no flow: it is named here."""
        address = data.context.server.address
        host = data.context.client.sni or (str(address[0]) if address else "")
        authority = str(Path(ctx.options.confdir).expanduser() / "mitmproxy-ca-cert.pem")
        self._note(f"tls {host}", live_telling.distrust(host, data.conn.error or "", authority))

    @harmless
    def server_connect_error(self, data: ServerConnectionHookData) -> None:
        """Where the proxy connects before it has a request (connection_strategy=eager) a refusal makes no flow."""
        address = data.server.address
        if address and ctx.options.connection_strategy == "eager":
            name = f"{address[0]}:{address[1]}"
            self._note(f"server {name}", live_telling.unreachable(name, data.server.error or "no reason given"))

    @harmless
    def done(self) -> None:
        """Print the diagnosis under mitmdump; logging is shut down by now."""
        self.live.close()
        if self._prints() and self.show != "none":
            print(f"\n{self.live.summary(shutil.get_terminal_size().columns)}", end="", flush=True)

    @command.command("regdoctor.explain")
    def explain(self, flow: flow.Flow) -> Sequence[str]:
        """Show what a flow means, and the page of each check that fails on it."""
        with self._for_a_person():
            metadata = flow.metadata
            names = str(metadata.get(flow_annotations.CHECKS, "")).split()
            meaning = str(metadata.get(flow_annotations.MEANING, "")) or "This flow was not explained."
            pages = [page(item) for item in select(names)] if names else []
            return "\n\n".join([meaning, *pages]).splitlines()

    @command.command("regdoctor.export")
    def export(self, path: types.Path) -> None:
        """Write all flows without secrets: .json is the diagnosis, .har a HAR, all else a flow file."""
        if ctx.master.addons.get("view") is None:
            raise exceptions.CommandError("mitmdump keeps no flows: start it with --set regdoctor_record=FILE")
        flows = ctx.master.commands.call("view.flows.resolve", "@all")
        with self._for_a_person():
            written = export.export([one for one in flows if isinstance(one, http.HTTPFlow)], Path(path).expanduser())
        logger.info("regdoctor: wrote %s exchanges to %s", written, path)

    def report_bug(self, where: str) -> None:
        """Log the error at hand, the first time that it comes from there."""
        if where not in self._told_bugs:
            self._told_bugs.add(where)
            logger.error(
                "regdoctor failed in %s; traffic passes unchanged. Please report this:\n%s",
                where,
                redact(traceback.format_exc()),
            )

    def _tell(self, flow: http.HTTPFlow) -> None:
        expected = self._open.pop(flow.id, None)
        if expected is None and flow_annotations.CALL in flow.metadata:
            return  # it was told at its answer
        # One that began before this file was loaded anew is not known here; its taps go by it nevertheless.
        came = tap_of(flow.response.stream) if flow.response is not None else None
        taken = self.live.take(flow, tap_of(flow.request.stream), came, expected=bool(expected))
        if taken is None:
            return
        raw, told = taken
        flow_annotations.annotate(flow, raw, told)
        if self._prints() and (self.show == "all" or (self.show == "problems" and flow_annotations.mark(told))):
            print(flow_annotations.line(told), flush=True)

    def _stream_failed(self) -> None:
        self.report_bug("stream")

    @contextmanager
    def _for_a_person(self) -> Iterator[None]:
        """Make every error one that mitmproxy shows to whoever gave a command; another ends its console."""
        try:
            yield
        except (UsageError, OSError) as error:
            raise exceptions.CommandError(str(error)) from error
        except Exception as error:  # as in `harmless`
            self.report_bug("a command")
            raise exceptions.CommandError("regdoctor failed: the event log has more") from error

    def _note(self, about: str, sentence: str) -> None:
        if self.live.note(about, sentence):
            logger.warning(sentence)

    def _prints(self) -> bool:
        """Whether this is mitmdump: the others draw their own screen."""
        return ctx.master.addons.get("dumper") is not None


class Untold:
    """What is loaded where regdoctor is not to be had."""

    def load(self, _: Loader) -> None:
        """Say so."""
        logger.warning(MISSING)


def add_contentview() -> None:
    """Add the view of manifests and errors, of the kind that this mitmproxy has: it is another since 12.0."""
    base: Any = getattr(contentviews, "Contentview", None)
    if base is not None:
        contentviews.add(_view_since_12(base))
        return
    # 11 refuses a second one of that name, and mitmproxy loads a script again when its file changes.
    former = contentviews.get(body_view.TITLE)
    if former is not None:
        contentviews.remove(former)
    contentviews.add(_view_of_11())


def _view_since_12(base: Any) -> Any:
    class RegistryContentview(base):  # type: ignore[misc]  # mypy knows one of both mitmproxys
        name = body_view.TITLE
        syntax_highlight = "yaml"

        def prettify(self, data: bytes, _: Any) -> str:
            """The text; ValueError has mitmproxy show the bytes."""
            return body_view.pretty(data)

        def render_priority(self, data: bytes, _: Any) -> float:
            """Before the view of all JSON."""
            return 2 if body_view.is_registry_body(data) else -1

    return RegistryContentview()


def _view_of_11() -> Any:
    class RegistryView(contentviews.View):
        name = body_view.TITLE

        def __call__(self, data: bytes, **_: Any) -> tuple[str, Iterator[list[tuple[str, str | bytes]]]]:
            lines = body_view.pretty(data).splitlines()
            return body_view.TITLE, ([("text", line)] for line in lines)

        def render_priority(self, data: bytes, **_: Any) -> float:
            return 2 if body_view.is_registry_body(data) else 0

    return RegistryView()


addons: list[Any] = [Untold() if MISSING else RegistryTraffic()]
