"""PROXY-09: a proxy refuses requests whose length is not announced."""

from regdoctor.check import Fail, Outcome, Pass, Remedies, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import change_nginx
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.page_authors import Author
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of, request_header
from regdoctor.evidence.proxied_answers import ProxiedAnswers, asked, is_foreign, written_by
from regdoctor.evidence.story import Story
from regdoctor.remedies.proxies import for_author
from regdoctor.sign import Seen, sign

_REFUSALS = (411, 501)
"""Length Required, and what a server answers to a transfer coding that it does not know (RFC 9112 section 6.1)."""
_WHY = "Let the proxy take Transfer-Encoding: chunked, and speak HTTP/1.1 to what is behind it."


@check(
    title="A body without an announced length gets through",
    severity=Severity.ERROR,
    failure_modes=("PROXY-09",),
    symptoms=("411 Length Required", "error parsing HTTP 411 response body"),
    reference="https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_http_version",
)
def chunked_refused(answers: ProxiedAnswers) -> Outcome:
    """docker sends a layer with PATCH and Transfer-Encoding: chunked, for it compresses while it sends.

    A proxy that wants to know the length beforehand (nginx before 1.3.9, one that speaks HTTP/1.0 to what is behind
    it, some firewalls) answers 411. Logins, pulls and the start of a push work; its first layer is refused.

    Let the proxy take bodies in chunks and pass them on by HTTP/1.1; replace it where it is too old for that.
    """
    chunked, post = answers.chunked, answers.by_method["POST"]
    if chunked.status is None:
        return Unknown(chunked.failure.message if chunked.failure else "a body in chunks got no answer")
    if post.status == chunked.status and post.status in _REFUSALS:
        return Skip(f"POST is answered with {post.status} without a body, too")
    if chunked.status not in _REFUSALS:
        return Pass(f"POST in chunks gives {chunked.status}")
    author = written_by(chunked)
    if not is_foreign(chunked):
        return Unknown(f"whether the registry wrote this is not clear: {chunked.quote().quote}")
    url = answers.ping.endpoint.url
    return Fail(
        f"{author.opening if author else 'A proxy'} answers {chunked.status} to a body in chunks at {url}, as docker "
        f"sends every layer; the same POST with its length gives {post.status}",
        evidence=(asked(chunked, "with Transfer-Encoding: chunked"), asked(post, "with Content-Length: 0")),
        resource=url,
        remedy=_remedies(author),
    )


def _remedies(author: Author | None) -> Remedies:
    return for_author(
        author,
        _WHY,
        change_nginx(
            f"{_WHY} Take away what answers 411 there, too.",
            "proxy_http_version 1.1;",
            "proxy_request_buffering off;",
            "chunked_transfer_encoding on;",
        ),
        {"Apache": "SetEnv proxy-sendchunked 1"},
    )


_UNKNOWN = "What stands before the registry, or a registry that takes no chunks,"


@sign(chunked_refused, kinds=(ApiKind.UPLOAD_CHUNK,), statuses=(400, *_REFUSALS))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.kind is not ApiKind.UPLOAD_CHUNK or call.status not in (400, *_REFUSALS):
        return None
    exchange = call.exchange
    is_chunked = "chunked" in request_header(exchange, "Transfer-Encoding").lower()
    is_about_it = call.status in _REFUSALS or b"chunked" in exchange.body[:4096].lower()
    if not is_chunked or not is_about_it or not answered_by_registry_or_proxy(call):
        return None
    author, origin = written_by(exchange), origin_of(call)
    # No registry refuses so; whoever does may do it without a page.
    if not is_foreign(exchange) and (call.status not in _REFUSALS or (author is not None and author.is_registry)):
        return None
    return Fail(
        f"{author.opening if author else _UNKNOWN} answers {call.status} to a layer in chunks at {origin}, as docker "
        "sends every layer",
        evidence=(asked(exchange, "with Transfer-Encoding: chunked"),),
        resource=origin,
        remedy=_remedies(author),
    )
