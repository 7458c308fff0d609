"""PROXY-14: a POST is redirected, and clients make a GET of it."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Unknown, check
from regdoctor.checks.proxy import change_nginx
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.page_authors import Author
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of
from regdoctor.evidence.proxied_answers import ProxiedAnswers, written_by
from regdoctor.evidence.story import Story
from regdoctor.remedies.proxies import for_author
from regdoctor.sign import Seen, sign

_BECOMES_GET = (301, 302, 303)
"""Go's http.Client, and with it docker, skopeo and containerd, follows these with a GET and without a body; 307 and 308
keep the method (net/http/client.go, redirectBehavior; RFC 9110 section 15.4)."""
_WHY = "Let /v2/ be served where it is asked for, without a redirect."


@check(
    title="POST is served where it is sent",
    severity=Severity.ERROR,
    failure_modes=("PROXY-14",),
    symptoms=(
        "error parsing HTTP 405 response body",
        "received unexpected HTTP status: 405 Method Not Allowed",
        "blob upload unknown",
    ),
    reference="https://www.rfc-editor.org/rfc/rfc9110#section-15.4",
)
def post_redirected(answers: ProxiedAnswers) -> Outcome:
    """A push begins with POST. Answered with 301, 302 or 303, clients ask the new address with GET instead.

    What they get there is the answer to another question: 404, 405 or a login page, and the push ends with an error
    that names neither the redirect nor who sent it. GET alone, and so every pull, works.

    Let the proxy serve /v2/ itself for every method; where it must redirect, make it answer 308.
    """
    post = answers.by_method["POST"]
    if post.failure is not None and post.status is None:
        return Unknown(post.failure.message)
    if post.status not in _BECOMES_GET:
        return Pass(f"POST gives {post.status}")
    author = written_by(post)
    return Fail(
        f"POST at {answers.ping.endpoint.url} is redirected with {post.status}, of which clients make a GET; a plain "
        f"GET is answered with {answers.ping.exchange.status}",
        evidence=(post.quote("Location"), answers.ping.exchange.quote()),
        resource=answers.ping.endpoint.url,
        remedy=_remedies(author),
    )


def _remedies(author: Author | None) -> Remedies:
    if author is None:
        return _UNSIGNED
    return for_author(
        author,
        _WHY,
        change_nginx(f"{_WHY} Take away the return or rewrite that answers so.", _NGINX),
        {
            "Apache": _APACHE,
            "HAProxy": _HAPROXY,
            "an AWS load balancer": "# a redirect action knows 301 and 302 only: forward /v2/* to the target group",
        },
    )


_NGINX = "# neither return 301, 302 or 303 nor rewrite where /v2/ is passed on"
_APACHE = (
    "# take away the Redirect or RedirectMatch that takes in /v2/; before a RewriteRule that does, write:\n"
    "RewriteEngine On\n"
    "RewriteRule ^/?v2/ - [END]"
)
_HAPROXY = (
    "# append this to the condition of the redirect that takes in /v2/, or take the redirect away:\n!{ path_beg /v2/ }"
)
_UNSIGNED = {
    Dialect.PLAIN: Remedy(
        f"{_WHY} The answer is not signed, as HAProxy and load balancers leave it: find the rule by where it leads. In "
        "HAProxy, for this name; then load it anew:",
        (_HAPROXY, "sudo haproxy -c -f /etc/haproxy/haproxy.cfg && sudo systemctl reload haproxy"),
    )
}
"""nginx and Apache sign the page of each redirect; HAProxy sends none (src/http_ana.c, http_apply_redirect_rule)."""


@sign(post_redirected, kinds=(ApiKind.UPLOAD_START, ApiKind.UPLOAD_MOUNT), statuses=_BECOMES_GET)
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.status not in _BECOMES_GET or call.kind not in (ApiKind.UPLOAD_START, ApiKind.UPLOAD_MOUNT):
        return None
    if not answered_by_registry_or_proxy(call):
        return None
    origin = origin_of(call)
    return Fail(
        f"POST at {origin} is redirected with {call.status}, of which clients make a GET",
        evidence=(call.exchange.quote("Location"),),
        resource=origin,
        remedy=_remedies(written_by(call.exchange)),
    )
