"""GL-06, PROXY-13: a URL in gitlab.rb with which reconfigure stops, or which it never sees."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, Unknown, check
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.located import Located, UndecidedError
from regdoctor.formats.omnibus_rendering import runs_registry
from regdoctor.remedies import RECONFIGURE

_TEMPLATE = re.compile(r"\$\{|\{\{|<%|@@|%\(|GENERATED_EXTERNAL_URL")
"""Marks of programs that fill in a template before Omnibus sees it; the last is of the package's own."""


@check(
    title="The URLs of GitLab and of the registry are ones that Omnibus takes",
    severity=Severity.ERROR,
    failure_modes=("GL-06", "PROXY-13"),
    symptoms=(
        "GitLab Container Registry external URL must include a schema and FQDN",
        "Unsupported GitLab Registry external URL scheme",
        "Unsupported GitLab Registry external URL path",
    ),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def external_url_unusable(rb: GitLabRb) -> Iterator[Outcome]:
    """`gitlab-ctl reconfigure` derives the registry's host, port and certificates from registry_external_url.

    Without http:// or https://, with another scheme, or with a path it stops, and nothing of gitlab.rb is applied.
    A path cannot work: clients ask for /v2/ at the root of the host. Written with an equals sign
    (registry_external_url = '…') it is a variable of Ruby, which nothing reads, so that the registry stays off.

    Correct the line to the form registry_external_url 'https://registry.example.com', without an equals sign, with
    scheme and host, with a port where it is not 443, and without a path; then reconfigure.
    """
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
    return [] if given is None else _judged(given, path_allowed=False)


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
