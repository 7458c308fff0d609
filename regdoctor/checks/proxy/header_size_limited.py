"""PROXY-22: a proxy refuses a request whose token is large."""

from regdoctor.check import Fail, Outcome, Pass, Remedies, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import change_nginx
from regdoctor.distribution.page_authors import Author, is_page
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of
from regdoctor.evidence.proxied_answers import ProxiedAnswers, asked, is_foreign, written_by
from regdoctor.evidence.story import Story
from regdoctor.remedies.proxies import for_author
from regdoctor.sign import Seen, sign

_TOO_LARGE = (400, 413, 414, 431, 494)
"""nginx answers 400 (494 inside), HAProxy 400, Apache 400, others 431 (RFC 6585 section 5) or 414."""
_BODY_TOO_LARGE = 413
_OF_HEADERS = (
    b"header or cookie too large",
    b"size of a request header field exceeds",
    b"size of the request headers is too long",
    b"request header fields too large",
)
"""What nginx, Apache, IIS and others write on a page about headers, in lower case; of 413 alone it may be the body."""
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
        remedy=_remedies(author),
    )


def _remedies(author: Author | None) -> Remedies:
    return for_author(
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
    )


@sign(header_size_limited, parts=(Part.REGISTRY,), statuses=_TOO_LARGE)
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.status not in _TOO_LARGE or call.status == _BODY_TOO_LARGE or not answered_by_registry_or_proxy(call):
        return None
    exchange = call.exchange
    page = exchange.body[:4096].lower()
    is_about_headers = call.status in (431, 494) or any(words in page for words in _OF_HEADERS)
    if not is_about_headers or not is_foreign(exchange):
        return None
    author, origin = written_by(exchange), origin_of(call)
    return Fail(
        f"{author.opening if author else 'A proxy'} refuses a request at {origin} with {call.status}, for its headers "
        "are too large",
        evidence=(exchange.quote(),),
        resource=origin,
        remedy=_remedies(author),
    )
