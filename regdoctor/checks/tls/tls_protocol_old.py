"""TLS-12: the server speaks only versions of TLS that clients have given up."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.served_path import source_of, unseen
from regdoctor.evidence.served_tls import ServedTls, TlsLooks
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.injection import Absent
from regdoctor.remedies import in_nginx_words
from regdoctor.remedies.certificates import HUP_NGINX, see

_GIVEN_UP = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1")
"""OpenSSL's names of what docker does not offer (docker/go-connections, tlsconfig.ClientDefault), nor Go's own clients
since 1.18 (crypto/tls, Config.MinVersion). containers/image, of podman and skopeo, asked for 1.0 and later itself."""


@check(
    title="Servers speak TLS 1.2 or later",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-12",),
    symptoms=("tls: protocol version not supported", "server selected unsupported protocol version"),
    explains=("login_unauthorized", "tls_handshake_fails"),
    reference="https://distribution.github.io/distribution/about/configuration/#tls",
)
def tls_protocol_old(looks: TlsLooks, rb: GitLabRb | Absent) -> Iterator[Outcome]:
    """docker and containerd begin at TLS 1.2; podman and skopeo have taken less for longer.

    A server that goes no further than 1.1 refuses docker with `protocol version not supported`. That is an old proxy or
    load balancer, or a line such as `ssl_protocols TLSv1 TLSv1.1;` which was copied from long ago.

    Let the server speak TLS 1.2 and 1.3, and bring it up to date where it knows neither.
    """
    for look in looks.looks:
        yield _judge(look, rb)
    if not looks.looks:
        yield Skip("no address is asked by TLS")


def _judge(look: ServedTls, rb: GitLabRb | Absent) -> Outcome:
    if look.failure is not None:
        return unseen(look)
    if not look.old_only:
        return Pass(f"{look.endpoint.authority} speaks {look.protocol or 'TLS'}")
    refused = look.refused_first.message if look.refused_first is not None else ""
    if look.protocol not in _GIVEN_UP:
        return Unknown(
            f"{look.endpoint.authority} uses a key or a cipher that OpenSSL takes for too weak, docker may take it: "
            f"{refused or look.cipher}"
        )
    first = (Quote(source_of(look), refused),) if refused else ()
    return Fail(
        f"{look.endpoint.authority} ({look.whose}) speaks {look.protocol} at most; docker and containerd begin at 1.2",
        evidence=(Quote(source_of(look), f"{look.protocol}, {look.cipher}".strip(", ")), *first, look.endpoint.said_by),
        resource=look.endpoint.url,
        remedy=_remedies(look, rb),
    )


def _remedies(look: ServedTls, rb: GitLabRb | Absent) -> Remedies:
    text = "Let the server speak TLS 1.2 and 1.3."
    nginx, again = "ssl_protocols TLSv1.2 TLSv1.3;", see(look.endpoint)
    registry = in_nginx_words(rb, "registry['nginx']['ssl_protocols'] = \"TLSv1.2 TLSv1.3\"")
    gitlab = ("nginx['ssl_protocols'] = \"TLSv1.2 TLSv1.3\"",)
    return {
        Dialect.OMNIBUS: Remedy(
            f"{text} In /etc/gitlab/gitlab.rb; a proxy in front of Omnibus has a setting of its own.",
            (*(registry if look.whose == "registry" else gitlab), "sudo gitlab-ctl reconfigure", HUP_NGINX, again),
        ),
        Dialect.PLAIN: Remedy(
            f"{text} With nginx by this line in the server block, then `sudo nginx -s reload`; the registry itself by "
            "http.tls.minimumtls.",
            (nginx, again),
        ),
    }
