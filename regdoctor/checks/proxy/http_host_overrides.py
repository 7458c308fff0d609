"""PROXY-27: http.host is no URL, or another one than clients use."""

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from regdoctor.check import Fail, Outcome, Pass, Quote, Remedies, Severity, Skip, check
from regdoctor.checks.proxy import public_of
from regdoctor.evidence.proxy_rules import PublicAddress, Route, public_address, registry_routes
from regdoctor.evidence.upload_start import port_of
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.remedies import change, remove


@check(
    title="http.host, where it is set, is the URL that clients use",
    severity=Severity.ERROR,
    failure_modes=("PROXY-27",),
    symptoms=('could not parse http "host" parameter', "connection refused", "no such host"),
    explains=("registry_unreachable", "location_wrong_scheme", "location_loses_port", "location_shows_upstream"),
    reference="https://distribution.github.io/distribution/about/configuration/#http",
)
def http_host_overrides(
    config: RegistryConfig, gitlab: GitLabConfig | Absent, nginx: NginxConfig | Absent
) -> Iterator[Outcome]:
    """With http.host the registry sends every client on to that URL, whatever Host and X-Forwarded headers say.

    Is it not the URL that clients use, in scheme, host or port, uploads go on somewhere else and fail; it wins over
    http.relativeurls, too. A text that Go cannot take for a URL, such as 192.0.2.7:5000, stops the registry at its
    start: `could not parse http "host" parameter`. A bare name has no effect at all.

    Write the whole public URL, https:// included, or remove http.host and let the proxy say what clients asked for.
    """
    setting = config.at("http", "host")
    text = setting.text() if setting is not None else None
    if setting is None or not text:
        yield Skip("http.host is not set")
        return
    public = public_address(gitlab)
    parts = _url(text)
    if parts is None:
        yield _stops(setting, text, public)
    elif not (parts.scheme and parts.netloc):
        yield _no_effect(setting, text, public)
    else:
        findings = [*_against_gitlab(setting, parts, public), *_against_nginx(setting, parts, config, gitlab, nginx)]
        yield findings[0] if findings else Pass(f"http.host is {text}")


def _url(text: str) -> SplitResult | None:
    """The URL; None for what Go's url.Parse refuses: a first segment with a colon that ends no scheme, a bad port."""
    if ":" in text.split("/")[0] and not text[0].isalpha():
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    has_control = any(ord(char) < 0x20 or ord(char) == 0x7F for char in text)
    return None if has_control or " " in parts.netloc else parts


def _stops(setting: Located, text: str, public: PublicAddress | None) -> Fail:
    return Fail(
        f"http.host is no URL ({text}): the registry stops at its start",
        evidence=(setting.quote(),),
        resource="http.host",
        severity=Severity.CRITICAL,
        remedy=_mend(setting, public),
    )


def _no_effect(setting: Located, text: str, public: PublicAddress | None) -> Fail:
    return Fail(
        f"http.host is {text}, without a scheme: the registry passes it over without a word",
        evidence=(setting.quote(),),
        resource="http.host",
        severity=Severity.WARNING,
        remedy=_mend(setting, public),
    )


def _against_gitlab(setting: Located, parts: SplitResult, public: PublicAddress | None) -> Iterator[Fail]:
    """What GitLab tells users to log in to, against what http.host sends them on to."""
    if public is None:
        return
    differs = []
    if (parts.hostname or "") != public.host:
        differs.append(f"the host is {public.host}")
    if port_of(parts) != public.port and not (parts.port is None and public.scheme is not None):
        differs.append(f"the port is {public.port}")
    if public.scheme is not None and parts.scheme.lower() != public.scheme:
        differs.append(f"clients come by {public.scheme}")
    if differs:
        yield _elsewhere(setting, public, f"for GitLab {' and '.join(differs)}", public.said_by)


def _against_nginx(
    setting: Located,
    parts: SplitResult,
    config: RegistryConfig,
    gitlab: GitLabConfig | Absent,
    nginx: NginxConfig | Absent,
) -> Iterator[Fail]:
    """What nginx takes TLS for, against an http.host that leads to plain http."""
    if isinstance(nginx, Absent) or parts.scheme.lower() != "http":
        return
    for route in registry_routes(nginx, config, gitlab):
        named = (parts.hostname or "") in route.server.names
        if named and route.server.ends_tls and all(listen.ssl for listen in route.server.listens):
            yield _elsewhere(setting, public_of(route, gitlab), f"nginx takes TLS for it ({route.name})", _said(route))


def _said(route: Route) -> tuple[Quote, ...]:
    return (next(listen for listen in route.server.listens if listen.ssl).quote(), *route.quotes())


def _elsewhere(setting: Located, public: PublicAddress | None, why: str, quotes: tuple[Quote, ...]) -> Fail:
    return Fail(
        f"http.host sends clients on to {setting.text()}, and {why}: pushes fail",
        evidence=(setting.quote(), *quotes),
        resource="http.host",
        remedy=_mend(setting, public),
    )


def _mend(setting: Located, public: PublicAddress | None) -> Remedies:
    """The public URL where it is known, else no http.host at all."""
    if public is None:
        return remove("http.host", "Let the registry take its address from the request.")
    scheme = public.scheme or "https"
    port = "" if public.port == {"https": 443, "http": 80}[scheme] else f":{public.port}"
    return change("http.host", f"{scheme}://{public.host}{port}", "Name the URL that clients use.", now=setting)
