"""Whether the environment puts a proxy between this host and a URL: then a look at the URL's own host shows nothing."""

from __future__ import annotations

import requests.utils

from regdoctor.transport.request import proxies_for


def goes_through_proxy(url: str) -> bool:
    """Whether HTTP_PROXY and the like, with NO_PROXY, send requests for `url` to a proxy; never for loopback."""
    try:
        return requests.utils.select_proxy(url, proxies_for(url)) is not None
    except ValueError:
        # A SOCKS proxy, which the HTTP door does not take; it stands between all the same.
        return True
