"""PROXY-21, PROXY-16: something before the registry refuses a method that clients need."""

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.checks.proxy import change_nginx
from regdoctor.distribution.page_authors import Author, is_page
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of, ping_of
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.proxied_answers import ProxiedAnswers, refused_by, written_by
from regdoctor.evidence.story import Story
from regdoctor.remedies.proxies import exempt_in_haproxy, for_author
from regdoctor.sign import Seen, sign

_REFUSALS = (403, 405, 501)
_NEEDED_FOR = {
    "HEAD": "docker asks with it whether a manifest or a layer is there",
    "POST": "every push begins with it",
    "PATCH": "docker sends every layer with it",
    "PUT": "every push ends with it",
}
_PUSH = ("POST", "PATCH")
_WHY = "Allow GET, HEAD, POST, PUT, PATCH and DELETE for /v2/: the registry itself decides who may write."


@check(
    title="Every method of the registry's API gets through",
    severity=Severity.ERROR,
    failure_modes=("PROXY-21", "PROXY-16"),
    symptoms=(
        "error parsing HTTP 403 response body: invalid character '<'",
        "error parsing HTTP 405 response body: invalid character '<'",
        "405 Not Allowed",
        "uploading layer chunked: StatusCode: 403, <html>",
    ),
    reference="https://distribution.github.io/distribution/spec/api/#methods",
)
def method_refused(answers: ProxiedAnswers) -> Iterator[Outcome]:
    """Firewalls, and proxies that were set up for web pages, let GET and POST through and refuse PATCH or HEAD.

    The registry answers GET at the same address, and a page that it never wrote answers the other method: a 403 of a
    firewall's rule, a 405 of a virtual host of files, a 501. Clients then print the page's first character as an
    error of JSON. Where POST and PATCH are both refused the address may be meant for pulls alone: that is one warning.

    Allow GET, HEAD, POST, PUT, PATCH and DELETE for /v2/ in whatever wrote the page. Where the address is for pulls
    alone, accept the finding with --ignore.
    """
    refused = {name: author for name, one in answers.by_method.items() if (author := _refusal(name, one))}
    # Who refuses POST and PATCH alike may want to.
    pulls_only = set(refused) == set(_PUSH)
    served: list[str] = []
    for name, exchange in answers.by_method.items():
        if exchange.failure is not None and exchange.status is None:
            yield Unknown(f"{name}: {exchange.failure.message}")
        elif name in refused:
            if not pulls_only or name == _PUSH[0]:
                yield _refused(answers, exchange, refused[name], pulls_only)
        elif exchange.status in _REFUSALS and is_page(exchange.headers, exchange.body):
            yield Unknown(f"whether the registry wrote this is not clear: {exchange.quote().quote}")
        else:
            served.append(f"{name} gives {exchange.status}")
    if len(served) == len(answers.by_method):
        yield Pass(", ".join(served))


def _refusal(method: str, exchange: Exchange) -> Author | None:
    if exchange.status not in _REFUSALS:
        return None
    if method == "HEAD" and is_page(exchange.headers, exchange.body):
        # There is no page to tell its author by; that it would be HTML says that it is no registry's.
        author = written_by(exchange) or Author("a proxy", f"Content-Type: {exchange.header('Content-Type')}")
        return None if author.is_registry else author
    return refused_by(exchange)


def _refused(answers: ProxiedAnswers, exchange: Exchange, author: Author, pulls_only: bool) -> Outcome:
    method, status, url = exchange.method, exchange.status, answers.ping.endpoint.url
    what = " and ".join(_PUSH) if pulls_only else method
    needed = "no push gets through: the address may be meant for pulls alone" if pulls_only else _NEEDED_FOR[method]
    return Fail(
        f"{author.opening} answers {status} to {what} at {url} in the registry's place, and {needed}; GET gets through "
        f"with {answers.ping.exchange.status}",
        evidence=(exchange.quote("Allow") if status == 405 else exchange.quote(), answers.ping.exchange.quote()),
        resource=f"{what} {url}/v2/",
        severity=Severity.WARNING if pulls_only else None,
        failure_modes=("PROXY-16",) if status == 405 else ("PROXY-21",),
        remedy=for_author(
            author,
            _WHY,
            change_nginx(
                f"{_WHY} Take away what refuses it (limit_except, an if on $request_method, a firewall's rule), or "
                "name every method there.",
                "limit_except GET HEAD POST PUT PATCH DELETE { deny all; }",
            ),
            {
                "Apache": "<Location /v2/>\n  AllowMethods GET HEAD POST PUT PATCH DELETE\n</Location>",
                "HAProxy": exempt_in_haproxy(answers.ping.endpoint, "meth"),
                "squid": "# above the http_access line that denies them\n"
                f"acl registry_name dstdomain {answers.ping.endpoint.host}\n"
                "acl registry_methods method GET HEAD POST PUT PATCH DELETE\n"
                "http_access allow registry_name registry_methods",
                "ModSecurity": "# below the line that includes crs-setup.conf\n"
                'SecRule REQUEST_URI "@beginsWith /v2/" "id:1000414,phase:1,pass,t:none,nolog,'
                "setvar:'tx.allowed_methods=GET HEAD POST PUT PATCH DELETE OPTIONS'\"",
            },
        ),
    )


@sign(method_refused, parts=(Part.REGISTRY,), statuses=_REFUSALS)
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.status not in _REFUSALS or call.exchange.method not in _NEEDED_FOR:
        return None
    if not answered_by_registry_or_proxy(call):
        return None
    author, first = _refusal(call.exchange.method, call.exchange), story.registries.get(origin_of(call))
    if author is None or first is None or first.exchange.method != "GET":
        return None
    other = first.exchange
    answers = ProxiedAnswers(ping_of(first), {}, other, other, other, other)
    told = _refused(answers, call.exchange, author, pulls_only=False)
    return told if isinstance(told, Fail) else None
