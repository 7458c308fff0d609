"""PROXY-21: something before the registry refuses docker for its name."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.checks.proxy import change_nginx
from regdoctor.evidence.proxied_answers import ProxiedAnswers, asked, is_foreign, written_by
from regdoctor.remedies.proxies import Exempt, exempt_in_haproxy, for_author

_FOR_A_MOMENT = (401, 408, 425, 429)
"""What an answer of 4xx may say to one request, and not to the next that is the same."""
_WHY = "Let programs through at this name: docker's User-Agent is no browser's, and neither is a runner's."

_IN_APACHE = Exempt(
    "sudo grep -rniE 'user[-_]agent|browsermatch' /etc/apache2 /etc/httpd",
    "RewriteCond %{REQUEST_URI} !^/v2/",
    "A RewriteRule takes the second line above it; a variable that BrowserMatch or SetEnvIf sets is taken back below "
    "them by a `SetEnvIf Request_URI ^/v2/` that names it with a `!` before.",
)


@check(
    title="docker's requests are not refused for their User-Agent",
    severity=Severity.ERROR,
    failure_modes=("PROXY-21",),
    symptoms=("error parsing HTTP 403 response body: invalid character '<'", "403 Forbidden"),
    reference="https://distribution.github.io/distribution/spec/api/#api-version-check",
)
def client_refused(answers: ProxiedAnswers) -> Outcome:
    """A firewall or a delivery network that wards bots off takes docker for one.

    Two requests were sent that differ in their User-Agent alone. The one under another name was answered by the
    registry, and docker's by a page that no registry writes: a block page, a captcha, a plain 403.

    Allow docker, containerd, skopeo, buildkit and Go's own client for the registry's name, or switch the protection
    against bots off there: a registry has no pages to protect.
    """
    exchange = answers.as_docker
    status = exchange.status
    if status is None:
        return Unknown(exchange.failure.message if exchange.failure else "docker's request got no answer")
    author = written_by(exchange)
    is_refusal = 400 <= status < 500 and status not in _FOR_A_MOMENT and status != answers.ping.exchange.status
    if not is_refusal or not is_foreign(exchange):
        return Pass(f"with docker's User-Agent GET /v2/ gives {status}")
    who = author.opening if author else "A page that is not the registry's"
    url = answers.ping.endpoint.url
    return Fail(
        f"{who} answers {status} to docker at {url}, and lets other programs through "
        f"({answers.ping.exchange.status}): the two requests differ in their User-Agent alone",
        evidence=(
            asked(exchange, "with docker's User-Agent"),
            asked(answers.ping.exchange, "with regdoctor's own User-Agent"),
        ),
        resource=url,
        remedy=for_author(
            author,
            _WHY,
            change_nginx(
                f"{_WHY} Take away the if or the map that judges $http_user_agent there.",
                "# no return and no deny by $http_user_agent where /v2/ is passed on",
            ),
            {
                "HAProxy": exempt_in_haproxy(answers.ping.endpoint, "user-agent"),
                "Apache": _IN_APACHE,
                "Cloudflare": "# Security, WAF, Custom rules, action Skip (all managed rules, Super Bot Fight Mode):\n"
                '(starts_with(http.request.uri.path, "/v2/"))',
            },
        ),
    )
