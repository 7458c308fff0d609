"""PROXY-21: something before the registry refuses docker for its name."""

from regdoctor.check import Fail, Outcome, Pass, Remedies, Severity, Unknown, check
from regdoctor.checks.proxy import change_nginx
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.page_authors import Author
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, endpoint_of, origin_of, request_header
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.proxied_answers import ProxiedAnswers, asked, is_foreign, written_by
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.remedies.proxies import Exempt, exempt_in_haproxy, for_author
from regdoctor.sign import Seen, sign

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
        remedy=_remedies(author, answers.ping.endpoint),
    )


def _remedies(author: Author | None, endpoint: Endpoint) -> Remedies:
    return for_author(
        author,
        _WHY,
        change_nginx(
            f"{_WHY} Take away the if or the map that judges $http_user_agent there.",
            "# no return and no deny by $http_user_agent where /v2/ is passed on",
        ),
        {
            "HAProxy": exempt_in_haproxy(endpoint, "user-agent"),
            "Apache": _IN_APACHE,
            "Cloudflare": "# Security, WAF, Custom rules, action Skip (all managed rules, Super Bot Fight Mode):\n"
            '(starts_with(http.request.uri.path, "/v2/"))',
        },
    )


@sign(client_refused, kinds=(ApiKind.PING,))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.kind is not ApiKind.PING or call.exchange.method != "GET" or not 400 <= (call.status or 0) < 500:
        return None
    if call.status in _FOR_A_MOMENT or not answered_by_registry_or_proxy(call) or not is_foreign(call.exchange):
        return None
    other = story.registries.get(origin_of(call))
    # The same question of the same client by another program is the only thing that sets the name apart as the reason.
    if other is None or other.kind is not ApiKind.PING or other.recorded.client != call.recorded.client:
        return None
    names = [_program(one) for one in (call, other)]
    if not all(names) or names[0] == names[1]:
        return None
    author, origin = written_by(call.exchange), origin_of(call)
    return Fail(
        f"{author.opening if author else 'A page that is not the registry’s'} answers {call.status} to {names[0]} at "
        f"{origin}, and lets {names[1]} through ({other.status})",
        evidence=(
            asked(call.exchange, f"with the User-Agent of {names[0]}"),
            asked(other.exchange, f"with the User-Agent of {names[1]}"),
        ),
        resource=origin,
        remedy=_remedies(author, endpoint_of(call)),
    )


def _program(call: Call) -> str:
    """The first word of the User-Agent, without its version."""
    words = request_header(call.exchange, "User-Agent").split()
    return short(words[0].partition("/")[0]) if words else ""
