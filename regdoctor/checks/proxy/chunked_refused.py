"""PROXY-09: a proxy refuses requests whose length is not announced."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import change_nginx
from regdoctor.evidence.proxied_answers import ProxiedAnswers, asked, is_foreign, written_by
from regdoctor.remedies.proxies import for_author

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
        remedy=for_author(
            author,
            _WHY,
            change_nginx(
                f"{_WHY} Take away what answers 411 there, too.",
                "proxy_http_version 1.1;",
                "proxy_request_buffering off;",
                "chunked_transfer_encoding on;",
            ),
            {"Apache": "SetEnv proxy-sendchunked 1"},
        ),
    )
