"""The middleware redirect without an address that clients can be sent to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.formats.config_layers import holds_file
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import shown
from regdoctor.formats.storage_middleware import middleware_of
from regdoctor.remedies import change

_WITH_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]")
_BARE = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
"""A name with a dot, and perhaps a port and a path: what lacks nothing but its scheme."""


@check(
    title="The address that the middleware redirect sends clients to has a scheme and a host",
    severity=Severity.CRITICAL,
    failure_modes=(),
    symptoms=(
        "no scheme specified for redirect baseurl",
        "no host specified for redirect baseurl",
        "unable to parse redirect baseurl",
        "no baseurl provided",
        "baseurl must be a string",
    ),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/storage-drivers/middleware/redirect/",
)
def redirect_baseurl_malformed(config: RegistryConfig) -> Iterator[Outcome]:
    """The storage middleware redirect sends clients to the address in its option baseurl for each layer.

    Without a scheme, as in `cdn.example.com`, or without a host, the registry does not start: `unable to configure
    storage middleware (redirect): no scheme specified for redirect baseurl`. The middleware cloudfront is less strict:
    it takes https where none is written.

    Write baseurl with its scheme, such as `https://cdn.example.com`, and restart the registry.
    """
    found = tuple(middleware_of(config, "redirect"))
    if not found or (not holds_file(config) and all(one.at("options", "baseurl") is None for _, one in found)):
        yield Skip("the middleware redirect is not configured here")
    for number, item in found:
        yield _judged(f"middleware.storage.{number}.options.baseurl", item, item.at("options", "baseurl"))


def _judged(setting: str, middleware: Located, baseurl: Located | None) -> Outcome:
    """Of one middleware. The rules: newRedirectStorageMiddleware of registry/storage/driver/middleware/redirect."""
    if baseurl is None:
        return _fail(setting, middleware.at("name") or middleware, "the middleware redirect has no baseurl")
    text = baseurl.text() or ""
    if not isinstance(baseurl.value, str):
        return _fail(setting, baseurl, f"{baseurl.name} is no text")
    if _WITH_HOST.match(text):
        return Pass(f"{baseurl.name} has a scheme and a host")
    lacking = "host" if "://" in text else "scheme"
    return _fail(setting, baseurl, f'{baseurl.name} is "{shown(baseurl)}", without a {lacking}')


def _fail(setting: str, at_fault: Located, problem: str) -> Fail:
    text = at_fault.text() or ""
    address = f"https://{text}" if _BARE.fullmatch(text) else "https://cdn.example.com"
    return Fail(
        f"{problem}: the registry does not start",
        evidence=(at_fault.quote(),),
        resource=setting,
        remedy=change(setting, address, "Write the whole address that clients are to be sent to.", now=at_fault),
    )
