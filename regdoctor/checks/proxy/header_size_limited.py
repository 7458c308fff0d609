"""PROXY-22: a proxy refuses a request whose token is large."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import change_nginx
from regdoctor.distribution.page_authors import is_page
from regdoctor.evidence.proxied_answers import ProxiedAnswers, asked, is_foreign, written_by
from regdoctor.remedies.proxies import for_author

_TOO_LARGE = (400, 413, 414, 431, 494)
"""nginx answers 400 (494 inside), HAProxy 400, Apache 400, others 431 (RFC 6585 section 5) or 414."""
_WHY = "Let the proxy take request headers of 16 KB: GitLab's tokens for many repositories reach 6 KB and more."


@check(
    title="A large token gets through",
    severity=Severity.WARNING,
    failure_modes=("PROXY-22",),
    symptoms=("400 Request Header Or Cookie Too Large", "431 Request Header Fields Too Large"),
    reference="https://nginx.org/en/docs/http/ngx_http_core_module.html#large_client_header_buffers",
)
def header_size_limited(answers: ProxiedAnswers) -> Outcome:
    """A token lists what it allows: a build that mounts layers from many repositories gets one of thousands of bytes.

    A request with such a token, made up and of 6,000 bytes, is refused by a page of the proxy, while the same with a
    short one is answered by the registry. So pushes of most images work, and those of some never do.

    Let the proxy take longer headers; nginx's own default of 8 KB for one header is enough for most.
    """
    small, large = answers.with_token, answers.with_large_token
    if small.failure is not None or small.status is None:
        return Unknown(small.failure.message if small.failure else "a request with a token got no answer")
    if small.status not in (answers.ping.exchange.status, 401) or is_page(small.headers, small.body):
        return Skip(f"a request with a short token is not answered by the registry either: {small.quote().quote}")
    if large.status is None:
        return Unknown(large.failure.message if large.failure else "a request with a large token got no answer")
    author = written_by(large)
    if large.status not in _TOO_LARGE or not is_foreign(large):
        return Pass(f"with a token of 6,000 bytes GET /v2/ gives {large.status}")
    url = answers.ping.endpoint.url
    return Fail(
        f"{author.opening if author else 'A proxy'} refuses a token of 6,000 bytes at {url} with {large.status}, and "
        f"passes a short one on to the registry ({small.status})",
        evidence=(asked(large, "with a token of 6,000 bytes"), asked(small, "with a short token")),
        resource=url,
        remedy=for_author(
            author,
            _WHY,
            change_nginx(
                f"{_WHY} These lines belong into the server block, and of several for one address into the first.",
                "client_header_buffer_size 4k;\nlarge_client_header_buffers 4 16k;",
            ),
            {
                "Apache": "LimitRequestFieldSize 16380",
                "HAProxy": "global\n  tune.bufsize 32768",
                "squid": "request_header_max_size 64 KB",
            },
        ),
    )
