"""GL-06, PROXY-13: a URL in gitlab.rb with which reconfigure stops, which it never sees, or which is GitLab's own."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, Unknown, check
from regdoctor.checks.auth import registry_is_on
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Computed, Located, UndecidedError
from regdoctor.formats.omnibus_rendering import runs_registry
from regdoctor.injection import Absent
from regdoctor.remedies import RECONFIGURE

_TEMPLATE = re.compile(r"\$\{|\{\{|<%|@@|%\(|GENERATED_EXTERNAL_URL")
"""Marks of programs that fill in a template before Omnibus sees it; the last is of the package's own."""

_OPEN = "The port must be open in the firewall; clients then write it in every image's name."


@check(
    title="The URLs of GitLab and of the registry are ones that Omnibus takes",
    severity=Severity.ERROR,
    failure_modes=("GL-06", "PROXY-13"),
    symptoms=(
        "GitLab Container Registry external URL must include a schema and FQDN",
        "Unsupported GitLab Registry external URL scheme",
        "Unsupported GitLab Registry external URL path",
        "conflicting server name",
    ),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def external_url_unusable(rb: GitLabRb | Absent, gitlab: GitLabConfig | Absent) -> Iterator[Outcome]:
    """`gitlab-ctl reconfigure` derives the registry's host, port and certificates from registry_external_url.

    Without http:// or https://, with another scheme, or with a path it stops, and nothing of gitlab.rb is applied.
    A path cannot work: clients ask for /v2/ at the root of the host. Written with an equals sign
    (registry_external_url = '…') it is a variable of Ruby, which nothing reads, so that the registry stays off.

    The address must not be GitLab's own either: for two servers with one name on one port nginx takes the first, which
    is GitLab's, warns of a `conflicting server name`, and the registry is never asked. Give it another port or host.

    Correct the line to the form registry_external_url 'https://registry.example.com', without an equals sign, with
    scheme and host, with a port where it is not 443, and without a path; then reconfigure.
    """
    if not isinstance(rb, GitLabRb):
        yield _without_rb(rb, gitlab)
        return
    variables = {value.name: value for value in rb.variables}
    found: list[Outcome] = []
    for name in ("registry_external_url", "external_url"):
        if name in variables and rb.at(name) is None:
            found.append(_not_called(variables[name]))
    found += _registry(rb)
    found += _gitlab(rb)
    yield from found
    if not found and rb.at("registry_external_url") is None:
        yield Skip("gitlab.rb sets no registry_external_url")
    elif not found:
        yield Pass("scheme, host and path are as Omnibus wants them")


def _registry(rb: GitLabRb) -> list[Outcome]:
    given = rb.given("registry_external_url")
    if given is None:
        return []
    found = _judged(given, path_allowed=False)
    shared = _shared(rb, given) if not found else None
    return [shared] if shared is not None else found


def _shared(rb: GitLabRb, given: Located) -> Fail | None:
    """Where one nginx would serve the registry at GitLab's own address; None where another port or proxy is set up.

    Source: nginx.conf.erb of omnibus-gitlab includes gitlab-http.conf before gitlab-registry.conf, and each listens on
    its own listen_port with the host of its URL as its server_name; nginx, "How nginx processes a request".
    """
    own = rb.given("external_url")
    if own is None or isinstance(own.value, Computed) or _address(own) != _address(given) or not runs_registry(rb):
        return None
    moved = [rb.nginx("listen_port"), rb.given("nginx", "listen_port")]
    off = [rb.nginx("enable"), rb.given("nginx", "enable")]
    if any(port is not None for port in moved) or any(one is not None and one.switch() is False for one in off):
        return None
    if not rb.is_complete():
        return None  # the file that it takes in may set another port
    host, port = _address(given)
    scheme = urlsplit(given.text() or "").scheme
    remedy = Remedy(
        f"Give the registry a port of its own in /etc/gitlab/gitlab.rb, or a host of its own, and reconfigure. {_OPEN}",
        (f"registry_external_url '{scheme}://{host}:5050'", RECONFIGURE),
    )
    return Fail(
        f"registry_external_url is GitLab's own address, {host} on port {port}: nginx gives every request to GitLab",
        evidence=(given.quote(), own.quote()),
        resource=given.name,
        remedy={Dialect.PLAIN: remedy},
        failure_modes=("GL-06",),
    )


def _without_rb(rb: Absent, gitlab: GitLabConfig | Absent) -> Outcome:
    """What gitlab.yml alone tells. A warning: a proxy that was made by hand may part one address by its paths."""
    if not isinstance(gitlab, GitLabConfig):
        return Unknown(rb.reason) if rb.applicable else Skip(rb.reason)
    if not registry_is_on(gitlab):
        return Skip(f"{gitlab.source} has the registry switched off")
    ours, theirs = gitlab.gitlab("host"), gitlab.registry("host")
    port, https = gitlab.gitlab("port"), gitlab.gitlab("https")
    given = [value for value in (ours, theirs, port, https, gitlab.registry("port")) if value is not None]
    if ours is None or theirs is None or any(isinstance(value.value, Computed) for value in given):
        return Skip(f"{gitlab.source} does not tell both addresses")
    own = (port.text() if port is not None else None) or ("443" if https is not None and https.switch() else "80")
    told = gitlab.registry("port")
    other = (told.text() if told is not None else None) or "443"  # what clients ask without a port
    if (ours.text() or "").lower() != (theirs.text() or "").lower() or own != other:
        return Pass("GitLab and its registry have addresses of their own")
    remedy = Remedy(
        f"Give the registry a port of its own in gitlab.yml and in the proxy, or a host of its own. {_OPEN}",
        ("registry:\n  port: 5050",),
    )
    return Fail(
        f"registry.host is GitLab's own address, {ours.text()} on port {own}: GitLab gets what is asked of the "
        "registry, unless a proxy parts them by the path /v2/",
        evidence=(theirs.quote(), ours.quote(), *((told.quote(),) if told is not None else ())),
        resource="registry.host",
        severity=Severity.WARNING,
        remedy={Dialect.PLAIN: remedy},
        failure_modes=("GL-06",),
    )


def _address(url: Located) -> tuple[str, int]:
    """Host and port of a URL; no host for what is none."""
    try:
        parts = urlsplit(url.text() or "")
        return (parts.hostname or "").lower(), parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        return "", 0


def _gitlab(rb: GitLabRb) -> list[Outcome]:
    """GitLab's own URL, where the token realm is made from it. A path in it is a relative URL of GitLab: fine."""
    given = rb.given("external_url")
    try:
        concerned = runs_registry(rb)
    except UndecidedError:
        concerned = False
    if given is None or not concerned or rb.given("registry", "token_realm") is not None:
        return []
    return _judged(given, path_allowed=True)


def _judged(given: Located, *, path_allowed: bool) -> list[Outcome]:
    try:
        text = given.text() or ""
    except UndecidedError as error:
        return [Unknown(str(error))]
    if _TEMPLATE.search(text):
        return [Unknown(f"{given.name} is filled in by another program: {text}")]
    problem, mode = _problem(text, path_allowed)
    return [_fail(given, f"{given.name} {problem}: reconfigure stops", mode)] if problem else []


def _problem(text: str, path_allowed: bool) -> tuple[str, str]:
    """What Omnibus refuses about it, and the failure mode; both empty for nothing."""
    try:
        url = urlsplit(text)
        host, _ = url.hostname, url.port
    except ValueError:
        return f"is no URL ({text})", "GL-06"
    if not host:
        return f"has no scheme and host ({text or 'empty'})", "GL-06"
    if url.scheme not in ("http", "https"):
        return f"has the scheme {url.scheme}, which is neither http nor https", "GL-06"
    if not path_allowed and url.path not in ("", "/"):
        return f"has a path, {url.path}", "PROXY-13"
    return "", ""


def _not_called(variable: Located) -> Fail:
    return _fail(variable, f"{variable.name} is assigned with an equals sign, so that Omnibus never sees it", "GL-06")


def _fail(given: Located, message: str, mode: str) -> Fail:
    host = "registry.example.com" if given.name.startswith("registry") else "gitlab.example.com"
    remedy = Remedy(
        f"Write {given.name} with scheme and host, without an equals sign and, for the registry, without a path in "
        "/etc/gitlab/gitlab.rb (your own host in place of the example), and reconfigure.",
        (f"{given.name} 'https://{host}'", RECONFIGURE),
    )
    return Fail(
        message,
        evidence=(given.quote(),),
        resource=given.name,
        remedy={Dialect.PLAIN: remedy},
        failure_modes=(mode,),
    )
