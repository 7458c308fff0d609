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
    nginx = f"# in the proxy; for nginx, where it passes /v2/ on:\n{nginx_line}"
    relative = "registry['env'] = { \"REGISTRY_HTTP_RELATIVEURLS\" => true }"
    return {
        Dialect.OMNIBUS: Remedy(
            "Either let the proxies between client and registry send the header (GitLab's own nginx does, unless "
            "registry['nginx']['proxy_set_headers'] or a custom configuration says otherwise; so look at what stands "
            "in front of it, too), or let the registry answer with relative URLs. One of the two is enough.",
            (nginx, f"# or in /etc/gitlab/gitlab.rb:\n{relative}", "# and then:\nsudo gitlab-ctl reconfigure"),
        ),
        Dialect.HELM: Remedy(
            "Mend the ingress or the load balancer in front, or let the registry answer with relative URLs.",
            ("helm upgrade gitlab gitlab/gitlab --reuse-values --set registry.relativeurls=true",),
        ),
        Dialect.COMPOSE: Remedy(
            "Mend the proxy, or let the registry answer with relative URLs, or fix its public address. One of "
            "the three is enough.",
            (
                nginx,
                '# or in the environment of the registry\'s container:\nREGISTRY_HTTP_RELATIVEURLS: "true"',
                f"# or there:\nREGISTRY_HTTP_HOST: {start.asked.url}",
            ),
        ),
        Dialect.PLAIN: Remedy(
            "Mend the proxy, or let the registry answer with relative URLs, or fix its public address, and restart it. "
            "One of the three is enough.",
            (
                nginx,
                "# or in the registry's config.yml:\nhttp:\n  relativeurls: true",
                f"# or there:\nhttp:\n  host: {start.asked.url}",
            ),
        ),
    }
