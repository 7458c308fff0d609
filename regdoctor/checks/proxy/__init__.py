"""What stands between client and registry, as it shows in the registry's answers.

The three checks of Location share one set of remedies, for the same three things mend each of them.
"""

from regdoctor.check import Dialect, Quote, Remedies, Remedy
from regdoctor.evidence.upload_start import UploadStart


def location_evidence(start: UploadStart) -> tuple[Quote, ...]:
    """The request, and the Location that came back."""
    return (start.exchange.quote(), Quote(start.exchange.url, f"Location: {start.location}"))


def location_remedies(start: UploadStart, nginx_line: str) -> Remedies:
    """The proxy's missing line, or else relative URLs, or a fixed http.host, as each installation sets them.

    Omnibus cannot set http.relativeurls or http.host in gitlab.rb but by variables (registry['env']); the chart has
    registry.relativeurls and no http.host.
    """
    relative = "registry['env'] = { \"REGISTRY_HTTP_RELATIVEURLS\" => true }"
    return {
        Dialect.OMNIBUS: Remedy(
            "Mend the proxy in front of GitLab's nginx, which sends the right headers by itself; for nginx that is the "
            "first line. Or let the registry answer with relative URLs: the second line, in /etc/gitlab/gitlab.rb. One "
            "of the two is enough.",
            (nginx_line, relative, "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.HELM: Remedy(
            "Mend the ingress or the load balancer in front, or let the registry answer with relative URLs.",
            ("helm upgrade gitlab gitlab/gitlab --reuse-values --set registry.relativeurls=true",),
        ),
        Dialect.COMPOSE: Remedy(
            "Mend the proxy (for nginx, the first line), or let the registry answer with relative URLs, or fix its "
            "public address; the other two are variables of the registry's container. One of the three is enough.",
            (nginx_line, 'REGISTRY_HTTP_RELATIVEURLS: "true"', f"REGISTRY_HTTP_HOST: {start.asked.url}"),
        ),
        Dialect.PLAIN: Remedy(
            "Mend the proxy (for nginx, the first line, where it passes /v2/ on), or set one of the other two in the "
            "registry's config.yml and restart it. One of the three is enough.",
            (nginx_line, "http:\n  relativeurls: true", f"http:\n  host: {start.asked.url}"),
        ),
    }
