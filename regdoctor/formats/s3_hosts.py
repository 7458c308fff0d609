"""What the address of an S3 service tells: whose it is, from where it can be reached, how it takes a bucket."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_AMAZON_REGION = re.compile(
    r"(?:^|\.)s3(?:-fips|-control)?(?:\.dualstack)?[.-](?P<region>[a-z]{2}(?:-[a-z]+)+-\d)(?:\.vpce)?\.amazonaws\.com(?:\.cn)?$"
)
"""Amazon's regional endpoints, the older form with a dash and those of VPC endpoints included (AWS General Reference,
Amazon S3 endpoints and quotas)."""
_HOST_STYLE_DOMAINS = (
    "amazonaws.com",
    "amazonaws.com.cn",
    "aliyuncs.com",
    "backblazeb2.com",
    "digitaloceanspaces.com",
    "exo.io",
    "linodeobjects.com",
    "myqcloud.com",
    "ovh.net",
    "r2.cloudflarestorage.com",
    "scw.cloud",
    "storage.googleapis.com",
    "storage.yandexcloud.net",
    "vultrobjects.com",
    "wasabisys.com",
    "your-objectstorage.com",
)
"""Services that take the bucket in the host's name, as their documentation says."""
_CLUSTER_ENDINGS = (".svc", ".cluster.local", ".docker.internal", ".containers.internal")
"""Names that Kubernetes, Docker and Podman resolve for what runs inside them."""


@dataclass(frozen=True, slots=True)
class EndpointAddress:
    """An endpoint taken apart."""

    scheme: str
    """In lower case; empty where none is written."""
    host: str
    """In lower case, an IPv6 address without brackets."""
    port: int | None
    path: str
    """Without slashes at its ends."""
    rest: str
    """What follows a question mark or a hash sign, which no endpoint has."""

    def host_style(self, bucket: str, scheme: str = "http") -> str:
        """The address at which a bucket is asked for by host style; `scheme` where none is written."""
        port = f":{self.port}" if self.port else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme or scheme}://{bucket}.{host}{port}"


def endpoint_address(text: str) -> EndpointAddress | None:
    """The parts of an endpoint with or without a scheme; None where it is no address at all."""
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if not host or any(char.isspace() or char in "\"'," for char in text):
        return None
    return EndpointAddress(parts.scheme.lower(), host, port, parts.path.strip("/"), parts.query or parts.fragment)


def is_amazon(host: str) -> bool:
    """Whether it is Amazon's own S3, VPC endpoints included."""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn"))


def is_vpc_endpoint(host: str) -> bool:
    """Whether it is a VPC endpoint (AWS PrivateLink for Amazon S3): `bucket.vpce-….s3.REGION.vpce.amazonaws.com`."""
    return host.endswith((".vpce.amazonaws.com", ".vpce.amazonaws.com.cn"))


def amazon_region(host: str) -> str | None:
    """The region that a regional endpoint of Amazon names; None for its global one, and for others' hosts."""
    found = _AMAZON_REGION.search(host)
    return found.group("region") if found else None


def takes_host_style(host: str) -> bool:
    """Whether the service is known to take the bucket as the first part of its host's name."""
    return any(host == domain or host.endswith(f".{domain}") for domain in _HOST_STYLE_DOMAINS)


def is_address(host: str) -> bool:
    """Whether it is an IP address, which nothing can be put before."""
    return _address(host) is not None


def is_loopback(host: str) -> bool:
    """Whether it leads to the machine itself."""
    address = _address(host)
    return address.is_loopback if address else host == "localhost" or host.endswith(".localhost")


def is_inside_name(host: str) -> bool:
    """Whether the name means something only inside a machine, a container network or a cluster.

    A name without a dot, a cluster's or a container engine's own name, or the machine itself.
    """
    if is_address(host):
        return is_loopback(host)
    return "." not in host or is_loopback(host) or host.endswith(_CLUSTER_ENDINGS)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
