"""PROXY-12: the API version header comes twice."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, check
from regdoctor.checks.proxy import RELOAD
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.answers import API_VERSION_HEADER, InternalAnswer, PublicAnswer
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, ping_of
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.story import Story
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign


@check(
    title="The API version header comes once",
    severity=Severity.INFO,
    failure_modes=("PROXY-12",),
    reference="https://distribution.github.io/distribution/recipes/nginx/",
)
def api_version_header_doubled(public: PublicAnswer, internal: InternalAnswer | Absent) -> Outcome:
    """The registry sends Docker-Distribution-Api-Version with its answers, and so needs no proxy to add it.

    One that adds it all the same doubles it. docker and its like take the first, or both as a list that begins with
    what they look for; stricter programs compare the whole value with `registry/2.0` and take the registry for
    something else.

    Let the proxy add the header only where its own answer has none (in nginx by a map over
    $upstream_http_docker_distribution_api_version), or remove the add_header.
    """
    ping = public.best
    if ping.exchange.failure is not None or not ping.is_registry:
        return Skip("no registry answered at the public address")
    outer = _times(ping.exchange)
    if outer < 2:
        return Pass(f"{API_VERSION_HEADER} comes {'once' if outer else 'not at all'}")
    inner = internal.ping.exchange if isinstance(internal, InternalAnswer) and internal.ping.is_registry else None
    if inner is not None and _times(inner) >= outer:
        return Pass("the registry itself sends the header so")
    own = f", and {_words(_times(inner))} from the registry itself" if inner is not None else ""
    return Fail(
        f"{API_VERSION_HEADER} comes {_words(outer)} at {ping.endpoint.url}{own}",
        evidence=(
            ping.exchange.quote(API_VERSION_HEADER),
            *((inner.quote(API_VERSION_HEADER),) if inner is not None else ()),
        ),
        resource=ping.endpoint.url,
        remedy={
            Dialect.OMNIBUS: Remedy(
                "Remove the add_header from the proxy: look for it in registry['nginx']['custom_gitlab_server_config'] "
                "and its like in /etc/gitlab/gitlab.rb, and in whatever stands in front.",
                (
                    f"sudo grep -rni '{API_VERSION_HEADER}' /etc/gitlab/gitlab.rb /var/opt/gitlab/nginx/conf",
                    "sudo gitlab-ctl reconfigure",
                ),
            ),
            Dialect.PLAIN: Remedy(
                "Remove the add_header from the proxy (in Apache `Header add`, in HAProxy `http-response add-header`).",
                (f"sudo grep -rni '{API_VERSION_HEADER}' /etc/nginx", RELOAD),
            ),
        },
    )


def _times(exchange: Exchange) -> int:
    """How often it comes; a proxy may have joined the two by a comma (RFC 9110 section 5.3)."""
    return sum(value.count(",") + 1 for value in exchange.header_all(API_VERSION_HEADER))


def _words(times: int) -> str:
    return {0: "not at all", 1: "once", 2: "twice"}.get(times, f"{times} times")


_NOT_SEEN = Absent("a recording does not see the registry itself")


@sign(api_version_header_doubled, kinds=(ApiKind.PING,))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.kind is not ApiKind.PING or not answered_by_registry_or_proxy(call):
        return None
    told = api_version_header_doubled.judge(PublicAnswer(ping_of(call)), _NOT_SEEN)
    return told if isinstance(told, Fail) else None
