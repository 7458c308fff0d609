"""What limits the size of a request's body at each kind of proxy, and what lifts it."""

from __future__ import annotations

from dataclasses import dataclass

MODSECURITY_LIMIT = 13_107_200
"""Bytes: SecRequestBodyLimit of modsecurity.conf-recommended (ModSecurity v2 and v3)."""
NGINX_NAMES = frozenset(("nginx", "OpenResty", "Tengine", "Angie", "a server built on nginx"))
"""Names of authors whose limit is client_max_body_size."""


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """One kind of limit."""

    set_by: str
    """What sets it, as it reads after a dash or in brackets."""
    advice: str
    """How it is lifted, in sentences."""
    lines: tuple[str, ...]
    """What to write into the proxy's configuration; empty where nothing can be written."""
    failure_mode: str


NGINX = BodyLimit(
    "client_max_body_size",
    "Let layers of any size through.",
    ("client_max_body_size 0;",),
    "PROXY-05",
)
_MODSECURITY = BodyLimit(
    "ModSecurity's SecRequestBodyLimit, by its recommended value",
    "Let ModSecurity leave the bodies of the registry's requests alone, by this rule beside SecRequestBodyLimit: it "
    "keeps each in memory or on disk to look at it. Its other rules go on. Then reload the server. ModSecurity 3, as "
    "nginx has it, counts bodies all the same (its issue 3022): there SecRequestBodyLimit itself must be raised, by "
    "modsecurity_rules in the location of /v2/.",
    ('SecRule REQUEST_URI "@beginsWith /v2/" "id:1000413,phase:1,pass,nolog,ctl:requestBodyAccess=Off"',),
    "PROXY-07",
)
_APACHE = BodyLimit(
    "a module or a rule of its configuration: LimitRequestBody has no effect on what mod_proxy passes on",
    "Find what limits requests to /v2/ (SecRequestBodyLimit of mod_security, QS_LimitRequestBody of mod_qos, a rewrite "
    "rule about Content-Length), except the registry from it, and reload Apache.",
    ("sudo grep -rnE 'LimitRequestBody|SecRequestBody|Content-Length' /etc/apache2 /etc/httpd",),
    "PROXY-05",
)
_CLOUDFLARE = BodyLimit(
    "the plan's limit of an upload: 100 MB of Free and Pro, 200 MB of Business, 500 MB of Enterprise",
    "Let clients reach the registry without Cloudflare between: set its DNS record to `DNS only`. No setting below the "
    "Enterprise plan raises the limit.",
    (),
    "PROXY-06",
)
_API_GATEWAY = BodyLimit(
    "the payload limit of 10 MB, which cannot be raised",
    "Put a load balancer without such a limit (an AWS ALB or NLB) before the registry in place of API Gateway.",
    (),
    "PROXY-05",
)
_HAPROXY = BodyLimit(
    "a rule of its configuration, for it has no limit by itself",
    "Remove the rule that denies by req.body_size or Content-Length from the frontend, or except /v2/ from it, and "
    "reload HAProxy.",
    ("grep -nE 'body_size|content-length|413' /etc/haproxy/haproxy.cfg",),
    "PROXY-05",
)
_IIS = BodyLimit(
    "maxAllowedContentLength, 30,000,000 bytes unless changed",
    "Raise maxAllowedContentLength (requestFiltering, requestLimits) to its maximum for the site that passes /v2/ on.",
    ("appcmd set config -section:requestFiltering -requestLimits.maxAllowedContentLength:4294967295",),
    "PROXY-05",
)
_UNKNOWN = BodyLimit(
    "",
    "Find the proxy, load balancer or firewall between client and registry that has a limit (client_max_body_size of "
    "nginx, maxRequestBodyBytes of Traefik, SecRequestBodyLimit of ModSecurity, the plan "
    "of a delivery network), and set none for /v2/.",
    (),
    "PROXY-05",
)
_BY_AUTHOR = {
    "Apache": _APACHE,
    "ModSecurity": _MODSECURITY,
    "Cloudflare": _CLOUDFLARE,
    "Amazon API Gateway": _API_GATEWAY,
    "HAProxy": _HAPROXY,
    "IIS": _IIS,
    **dict.fromkeys(NGINX_NAMES, NGINX),
}


def body_limit_of(author: str | None, limit: int | None) -> BodyLimit:
    """What sets the limit at a proxy.

    author: whose page the refusal is (page_authors); None where nothing tells.
    limit: the largest body that passes, in bytes; None where it is not known to the byte. ModSecurity has no page of
        its own inside nginx and Apache: its recommended value tells it.
    """
    if limit == MODSECURITY_LIMIT and (author is None or author == "Apache" or author in NGINX_NAMES):
        return _MODSECURITY
    return _BY_AUTHOR.get(author or "", _UNKNOWN)
