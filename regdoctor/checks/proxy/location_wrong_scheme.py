"""PROXY-01, PROXY-24, PROXY-29: the registry sends clients on to http:// though they came by https://."""

from collections.abc import Iterable
from dataclasses import replace

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import (
    location_by_config,
    location_evidence,
    location_remedies,
    public_of,
    scheme_lines,
    url_of,
)
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import LEADING_ON, UPLOADS, start_at_the_recorder, start_elsewhere
from regdoctor.evidence.forwarded_headers import (
    Told,
    hides_scheme,
    registry_speaks_tls,
    told_scheme,
)
from regdoctor.evidence.proxy_rules import Route
from regdoctor.evidence.story import Story
from regdoctor.evidence.upload_start import UploadStart
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign


@check(
    title="Uploads go on with the scheme that they were started with",
    severity=Severity.ERROR,
    failure_modes=("PROXY-01", "PROXY-24", "PROXY-29"),
    symptoms=("Retrying in", "unauthorized: authentication required"),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def location_wrong_scheme(
    start: UploadStart | Absent,
    nginx: NginxConfig | Absent,
    config: RegistryConfig | Absent,
    gitlab: GitLabConfig | Absent,
) -> Outcome | Iterable[Outcome]:
    """The registry tells the client where to go on with an upload, in Location, as a whole URL.

    It takes the scheme from the request: https where it serves TLS itself, else from X-Forwarded-Proto (or from
    Forwarded, which switches the X-Forwarded headers off). Behind a proxy that ends TLS and does not send that
    header it writes http://. Login works, since it needs no Location; then `docker push` repeats `Retrying in …
    seconds`, or sends its data without the token and is refused.

    The header is copied as it stands: where two proxies each add to it, Location begins with `https,http://`.

    An upload that was started tells it for certain. Without one nginx's configuration is judged: the locations that
    lead to the registry, and what they send in these headers.

    Let the proxy send X-Forwarded-Proto https (one word; an inner proxy must not overwrite it), or set
    http.relativeurls in the registry, or http.host. One of the three is enough.
    """
    if isinstance(start, UploadStart):
        return _by_answer(start)
    return location_by_config(start, nginx, config, gitlab, lambda route, read: _by_config(route, read, config, gitlab))


def _by_answer(start: UploadStart) -> Outcome:
    if start.relative:
        return Pass("Location is relative")
    asked, leads = start.asked.scheme, start.written_scheme
    is_list = "," in leads
    if start.unusable and not is_list:
        return Unknown(start.unusable)
    if leads in ("", asked):
        return Pass(f"Location leads on by {asked}")
    if leads == "https":
        return Unknown("Location leads from http on to https; whether that is served there was not tried")
    return Fail(
        f"The registry answers a client that came by {asked} with a Location of {leads}: pushes fail",
        evidence=location_evidence(start),
        resource=start.asked.url,
        failure_modes=("PROXY-24",) if is_list else ("PROXY-01", "PROXY-29"),
        remedy=location_remedies(start.asked.url, scheme_lines(asked), start),
    )


def _by_config(
    route: Route, nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> Outcome:
    if hides_scheme(route, nginx):
        return Skip("nginx sends Forwarded without the scheme: see forwarded_header_hides_scheme")
    told = told_scheme(route, nginx)
    public = public_of(route, gitlab)
    public_https = public is not None and public.scheme == "https" and not _tls_elsewhere(route, nginx)
    texts = told.texts or ("",)
    wrong = [text for text in texts if _is_wrong(text, route, public_https, config, told)]
    if "$http_x_forwarded_proto" in texts and set(wrong) <= {"", "$scheme"}:
        return Pass("nginx sends on the scheme that a proxy before it says")
    if wrong and len(wrong) == len(texts):
        return _fail(route, told, wrong[0], url_of(route, public))
    if wrong or any("$" in text and text not in _KNOWN for text in texts):
        return Unknown(f"what nginx sends as the scheme is known when it runs only: {' or '.join(texts)}")
    return Pass(f"nginx sends the scheme: {texts[0]}" if texts[0] else "nginx leaves the scheme as it comes")


_KNOWN = ("$scheme", "$http_x_forwarded_proto")


def _is_wrong(text: str, route: Route, public_https: bool, config: RegistryConfig | Absent, told: Told) -> bool:
    """Whether the registry writes another scheme than the client's, where nginx sends `text`."""
    behind_tls = route.server.ends_tls or public_https
    if "," in text:
        return True
    if text == "":
        # Unset, nginx sends on what a proxy before it sent; where it ends TLS itself, no client sends any.
        sent_on = told.directive is None and not route.server.ends_tls
        return behind_tls and not sent_on and not registry_speaks_tls(route, config)
    if text == "$scheme":
        return public_https and not route.server.ends_tls
    return text == "http" and behind_tls


def _tls_elsewhere(route: Route, nginx: NginxConfig) -> bool:
    """Whether another server of this nginx ends TLS for the same name: then clients need not come by this one."""
    return any(
        other.ends_tls and other is not route.server and set(other.names) & set(route.server.names)
        for other in nginx.servers
    )


def _fail(route: Route, told: Told, text: str, url: str | None) -> Fail:
    listen = next((one for one in route.server.listens if one.ssl), route.server.listens[0])
    said = (told.directive.quote(),) if told.directive is not None else ()
    is_list = "," in text
    if is_list:
        case = f"sends X-Forwarded-Proto as a list ({text}), which the registry copies into Location"
    elif not text:
        case = "ends TLS and sends no X-Forwarded-Proto, so the registry writes http:// into Location"
    else:
        case = f"sends X-Forwarded-Proto {text}, which is http here though clients come by https"
    return Fail(
        f"nginx ({route.name}) {case}: pushes fail",
        evidence=(*said, *route.quotes(), listen.quote()),
        resource=route.name,
        failure_modes=("PROXY-24",) if is_list else ("PROXY-01",),
        remedy=location_remedies(url, scheme_lines("https")),
    )


@sign(location_wrong_scheme, kinds=UPLOADS, statuses=LEADING_ON)
def _in_traffic(call: Call, story: Story) -> Seen:
    start = start_elsewhere(call)
    told = _by_answer(start) if start is not None else _past_the_recorder(call)
    return replace(told, evidence=(call.exchange.quote("Location"),)) if isinstance(told, Fail) else None


def _past_the_recorder(call: Call) -> Outcome | None:
    """The same of an address at a recorder before a server, which its own client can go on with.

    The registry made it of the Host and the scheme of the request that it got; mitmproxy adds no X-Forwarded-Proto, no
    more than a client does. What the recorder asks by https, and is then told to go on with by http, clients without it
    are told, too.
    """
    start = start_at_the_recorder(call)
    told = _by_answer(start) if start is not None else None
    if start is None or not isinstance(told, Fail):
        return None
    said = f"The registry answers the recorder, which came by {start.asked.scheme}, with a Location of"
    return replace(told, message=f"{said} {start.written_scheme}: pushes that do not go by the recorder fail")
