"""PROXY-01: the registry sends clients on to http:// though they came by https://."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.checks.proxy import location_evidence, location_remedies
from regdoctor.evidence.upload_start import UploadStart


@check(
    title="Uploads go on with the scheme that they were started with",
    severity=Severity.ERROR,
    failure_modes=("PROXY-01", "PROXY-24"),
    symptoms=("Retrying in", "unauthorized: authentication required"),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def location_wrong_scheme(start: UploadStart) -> Outcome:
    """The registry tells the client where to go on with an upload, in Location, as a whole URL.

    It takes the scheme from the request: https where it serves TLS itself, else from X-Forwarded-Proto (or from
    Forwarded, which switches the X-Forwarded headers off). Behind a proxy that ends TLS and does not send that
    header it writes http://. Login works, since it needs no Location; then `docker push` repeats `Retrying in …
    seconds`, or sends its data without the token and is refused.

    The header is copied as it stands: where two proxies each add to it, Location begins with `https,http://`.

    Let the proxy send X-Forwarded-Proto https (one word; an inner proxy must not overwrite it), or set
    http.relativeurls in the registry, or http.host. One of the three is enough.
    """
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
        failure_modes=("PROXY-24",) if is_list else ("PROXY-01",),
        remedy=location_remedies(start.asked.url, f"proxy_set_header X-Forwarded-Proto {asked};"),
    )
