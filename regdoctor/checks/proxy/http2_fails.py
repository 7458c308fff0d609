"""PROXY-19: what stands in front chooses HTTP/2 and does not speak it, while HTTP/1.1 works."""

import shlex

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Unknown, check
from regdoctor.evidence.answers import PublicAnswer
from regdoctor.evidence.http2_answer import Http2Answer, Http2End
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.injection import Absent
from regdoctor.remedies import RECONFIGURE, in_nginx_words

_OF_THE_MOMENT = ("NO_ERROR", "REFUSED_STREAM", "ENHANCE_YOUR_CALM", "CANCEL")
"""Codes by which a server that speaks HTTP/2 well puts off one client or one request (RFC 9113 section 7)."""
_PROMPT = 1.0
"""Seconds. A server that takes longer for HTTP/1.1 may need more than the deadline for HTTP/2."""


@check(
    title="Where HTTP/2 is chosen, it is spoken",
    severity=Severity.ERROR,
    failure_modes=("PROXY-19",),
    symptoms=(
        "http2: frame too large",
        "http2: failed reading the frame payload",
        '/v2/": unexpected EOF',
        "http2: server sent GOAWAY and closed the connection",
        "stream error: stream ID",
    ),
    reference="https://docs.haproxy.org/2.8/configuration.html#5.1-alpn",
)
def http2_fails(answer: Http2Answer, public: PublicAnswer, rb: GitLabRb | Absent) -> Outcome:
    """TLS lets client and server agree on HTTP/2 (ALPN, RFC 7301), and what follows is not HTTP/2.

    docker, podman and skopeo offer no HTTP/2 and go on working, and so does a test with them. Clients that are built on
    Go's default transport offer it, and then fail at every request: helm, oras, crane, kaniko, a registry that mirrors
    this one; and so does curl. It comes of HAProxy with `alpn h2,http/1.1` on a `bind` in `mode tcp`, where the bytes
    go on to a registry that speaks HTTP/1.1 there; of a load balancer that passes TLS through in the same way; and of
    middleboxes that tamper with frames. Until it is mended, `GODEBUG=http2client=0` keeps a Go client at HTTP/1.1.

    Let the proxy offer `http/1.1` alone, or let it speak HTTP itself (`mode http`): then it translates.
    """
    look, first = answer.last, public.best.exchange
    if look.end is Http2End.ANSWERED:
        return Pass(f"{answer.endpoint.url} answers by HTTP/2")
    said = look.exchange.failure.message if look.exchange.failure else look.end.value
    if first.failure is not None:
        return Unknown(f"by HTTP/1.1 there is no answer either, so HTTP/2 is not what fails: {first.failure.message}")
    if not answer.fails_alike:
        return Unknown(f"HTTP/2 failed twice, each time in another way; the last time: {said}")
    if look.code in _OF_THE_MOMENT:
        return Unknown(f"the server put this client off, and speaks HTTP/2: {said}")
    if look.end is Http2End.SILENT and first.seconds > _PROMPT:
        return Unknown(f"HTTP/1.1 took {first.seconds:.1f} s for the same request, and HTTP/2 had too little time")
    return Fail(
        f"HTTP/2 is chosen at {answer.endpoint.url} and fails, while HTTP/1.1 gets {first.status}: {said}",
        evidence=(*(one.exchange.quote() for one in answer.looks), first.quote(), answer.endpoint.said_by),
        resource=answer.endpoint.url,
        remedy=_remedies(answer.endpoint.url, look.end, rb),
    )


def _remedies(url: str, end: Http2End, rb: GitLabRb | Absent) -> Remedies:
    told = (
        "What terminates TLS passes the bytes on to a server of HTTP/1.1."
        if end is Http2End.AS_HTTP1
        else "What terminates TLS offers HTTP/2, and what stands behind it breaks it."
    )
    lines = in_nginx_words(rb, "registry['nginx']['http2_enabled'] = false")
    return {
        Dialect.PLAIN: Remedy(
            f"{told} See each `bind` of HAProxy with `alpn h2`: in `mode tcp` write `alpn http/1.1` there, or make it "
            "`mode http`. In nginx remove http2; where the registry terminates TLS itself, set http.http2.disabled to "
            "true in its config.yml. Load it anew, and see that the last command answers:",
            (
                "grep -nE 'mode|bind|alpn' /etc/haproxy/haproxy.cfg",
                "grep -rn http2 /etc/nginx",
                "sudo haproxy -c -f /etc/haproxy/haproxy.cfg && sudo systemctl reload haproxy",
                f"curl -si --http2 {shlex.quote(url)}/v2/",
            ),
        ),
        Dialect.OMNIBUS: Remedy(
            f"{told} Where a load balancer stands before this host, let it offer `http/1.1` alone, or speak HTTP "
            "itself rather than pass TCP on. Where it is GitLab's own nginx, in /etc/gitlab/gitlab.rb:",
            (*lines, RECONFIGURE),
        ),
        Dialect.HELM: Remedy(
            f"{told} Let the load balancer before the Ingress offer `http/1.1` alone. Where the Ingress itself is at "
            "fault, for the bundled nginx:",
            (
                "helm upgrade gitlab gitlab/gitlab --reuse-values "
                "--set-string 'nginx-ingress.controller.config.use-http2=false'",
            ),
        ),
    }
