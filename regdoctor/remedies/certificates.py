"""Remedies for what a server presents in TLS, in the words of each kind of installation."""

from __future__ import annotations

import ipaddress
import shlex
from collections.abc import Iterable

from regdoctor.check import Dialect, Remedies, Remedy
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.served_tls import ServedTls, TlsLooks

HUP_NGINX = "sudo gitlab-ctl hup nginx"
RENEW = "sudo gitlab-ctl renew-le-certs"
"""Omnibus' own renewal, where it has the certificate from Let's Encrypt (letsencrypt['enable'])."""


def see(endpoint: Endpoint) -> str:
    """The command that shows the chain as it is served. SNI carries no addresses (RFC 6066 section 3)."""
    name = "-noservername" if _is_address(endpoint.host) else f"-servername {shlex.quote(endpoint.host)}"
    return f"openssl s_client -connect {shlex.quote(endpoint.authority)} {name} -showcerts </dev/null"


def replace_certificate(endpoint: Endpoint, why: str, before: Iterable[str] = ()) -> Remedies:
    """Have another certificate served, with the commands that load it.

    why: what certificate that must be, a sentence with its full stop.
    before: commands that come first in every dialect, for looking.
    """
    first = tuple(before) or (see(endpoint),)
    crt, key = (f"/etc/gitlab/ssl/{endpoint.host}.{end}" for end in ("crt", "key"))
    full = "the server's certificate first, its intermediates below"
    return {
        Dialect.OMNIBUS: Remedy(
            f"{why} Put it into {crt} ({full}) and its key into {key}, then reload nginx; where it comes from Let's "
            "Encrypt, renew it instead by the last command.",
            (*first, HUP_NGINX, RENEW),
        ),
        Dialect.HELM: Remedy(
            f"{why} Put it ({full}) into the TLS secret that the Ingress of this host names; cert-manager renews "
            "what is "
            "its own.",
            (*first, "kubectl get ingress --all-namespaces", "kubectl get certificates --all-namespaces"),
        ),
        Dialect.PLAIN: Remedy(
            f"{why} Put it ({full}) into the certificate file of what serves {endpoint.authority}, and reload that: "
            "`sudo nginx -s reload` for nginx, a restart for the registry itself.",
            first,
        ),
    }


def trust_authority(look: ServedTls, looks: TlsLooks, why: str, file: str = "authority.crt") -> Remedies:
    """Give the certificate of an authority to the clients, and to regdoctor."""
    commands = (see(look.endpoint), install_authority(look, looks, file))
    text = (
        f"{why} Give the authority's certificate, here {file}, to docker on each client's host, where it counts at "
        "once; or to the system's store there (update-ca-certificates), and restart the daemon. skopeo and podman read "
        "/etc/containers/certs.d, containerd /etc/containerd/certs.d. regdoctor takes it by --ca-file."
    )
    gitlab = f"sudo install -D -m 644 {file} /etc/gitlab/trusted-certs/{file}"
    return {
        Dialect.OMNIBUS: Remedy(
            f"{text} GitLab itself trusts what lies in /etc/gitlab/trusted-certs.",
            (*commands, gitlab, "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.HELM: Remedy(
            f"{text} GitLab's pods trust what global.certificates.customCAs names.",
            (*commands, f"kubectl create secret generic custom-ca --from-file={file}"),
        ),
        Dialect.PLAIN: Remedy(text, commands),
    }


def install_authority(look: ServedTls, looks: TlsLooks, file: str) -> str:
    """The command that gives the certificate in `file` to docker of the host where it is run.

    Docker takes certs.d of the registry for the token service, too: it asks both by the same transport. The folder is
    named as images name the registry (docs.docker.com/engine/security/certificates), without a port where none is
    written, and is read anew for each request: no restart.
    """
    registry = next((one for one in looks.looks if one.whose == "registry"), look)
    folder = registry.endpoint.url.partition("://")[2].partition("/")[0]
    return f"sudo install -D -m 644 {file} {shlex.quote(f'/etc/docker/certs.d/{folder}/ca.crt')}"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
