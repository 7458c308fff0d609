"""PROXY-11: a proxy swallows the header by which old clients know a registry of version 2."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.evidence.answers import API_VERSION_HEADER, InternalAnswer, PublicAnswer
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import origin_of
from regdoctor.evidence.story import Story
from regdoctor.injection import Absent
from regdoctor.sign import sign_at_end


@check(
    title="The registry's API version header reaches clients",
    severity=Severity.WARNING,
    failure_modes=("PROXY-11",),
    symptoms=("v1/_ping", "/v1/users/"),
    reference="https://distribution.github.io/distribution/spec/api/#api-version-check",
)
def api_version_header_missing(public: PublicAnswer, internal: InternalAnswer | Absent) -> Outcome:
    """A registry of version 2 sends Docker-Distribution-Api-Version: registry/2.0 with the answer to GET /v2/.

    Old docker falls back to version 1 of the API where it is missing, and then asks /v1/_ping and /v1/users/, which
    nobody answers. Newer clients do without it, and so does the OCI specification; so this is a warning, and only
    where the registry itself is known to send it.

    Let the proxy pass the header on. In nginx, a header of the upstream's is dropped by
    proxy_hide_header only; an answer that nginx writes itself, such as the 401 of auth_basic, never had it.
    """
    ping = public.best
    if ping.exchange.failure is not None or not (ping.is_registry or ping.challenges):
        return Skip("no registry answered at the public address")
    if ping.exchange.header(API_VERSION_HEADER) is not None:
        return Pass(f"{API_VERSION_HEADER}: {ping.exchange.header(API_VERSION_HEADER)}")
    if ping.exchange.status not in (200, 401):
        # A failing health check answers 503 without the header (health.Handler of distribution stands before it).
        return Skip(f"the public address answers {ping.exchange.status}; the header belongs to 200 and 401")
    inner = internal.ping.exchange if isinstance(internal, InternalAnswer) else None
    if inner is None or inner.header(API_VERSION_HEADER) is None:
        return Skip("the registry itself may not send the header, which the OCI specification does not ask for")
    return Fail(
        f"The header {API_VERSION_HEADER} is lost on the way to clients: old ones take this for a registry of "
        "version 1",
        evidence=(ping.exchange.quote(API_VERSION_HEADER), inner.quote(API_VERSION_HEADER)),
        resource=ping.endpoint.url,
        remedy=_REMEDY,
    )


_TEXT = (
    "Remove what drops the header in the proxy: in nginx, the line that the first command finds. Where the proxy "
    "itself asks for the password, let it add the header: the second line, in its server block."
)
_ADD = f"add_header {API_VERSION_HEADER} registry/2.0 always;"


def _grep(folder: str) -> str:
    return f"sudo grep -rni 'proxy_hide_header.*{API_VERSION_HEADER}' {folder}"


_REMEDY: Remedies = {
    Dialect.OMNIBUS: Remedy(_TEXT, (_grep("/var/opt/gitlab/nginx/conf"), _ADD)),
    Dialect.PLAIN: Remedy(_TEXT, (_grep("/etc/nginx"), _ADD)),
}


@sign_at_end(api_version_header_missing)
def _in_traffic(story: Story) -> Iterator[Fail]:
    """Only distribution and GitLab's registry write `_state`, and they send the header with every answer."""
    theirs = [upload for upload in story.uploads.values() if upload.states]
    sending = {origin_of(call) for upload in theirs for call in upload.calls if _has(call)}
    asked = {origin_of(call): call for upload in theirs for call, _ in upload.states}
    for origin, call in asked.items():
        # A challenge without the header is not known for a registry's until an upload shows whose it was.
        known = [story.registries.get(origin), story.challenges[origin][1] if origin in story.challenges else None]
        answers = [one for one in known if one is not None and one.status in (200, 401)]
        if origin in sending or not answers or any(_has(one) for one in answers):
            continue
        first = answers[0]
        yield Fail(
            f"The header {API_VERSION_HEADER} is lost on the way to clients: old ones take this for a registry of "
            "version 1",
            evidence=(first.exchange.quote(API_VERSION_HEADER), call.exchange.quote(API_VERSION_HEADER)),
            resource=origin,
            remedy=_REMEDY,
        )


def _has(call: Call) -> bool:
    return call.exchange.header(API_VERSION_HEADER) is not None
