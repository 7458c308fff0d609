"""An address is taken apart as clients do it."""

from __future__ import annotations

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints

SAID = Quote("command line", "--registry")


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "authority"),
    [
        ("https://Registry.Example.com", "https", "registry.example.com", 443, "registry.example.com:443"),
        ("http://h", "http", "h", 80, "h:80"),
        ("https://h:5050", "https", "h", 5050, "h:5050"),
        ("HTTPS://h", "https", "h", 443, "h:443"),
        ("http://[::1]:5000", "http", "::1", 5000, "[::1]:5000"),
        ("https://h:port", "https", "h", 443, "h:443"),
    ],
)
def test_scheme_host_and_port(url: str, scheme: str, host: str, port: int, authority: str) -> None:
    endpoint = Endpoint(url, SAID)
    assert (endpoint.scheme, endpoint.host, endpoint.port, endpoint.authority) == (scheme, host, port, authority)


def test_the_nearest_is_the_registrys_own_port_where_there_is_one() -> None:
    public, internal = Endpoint("https://h", SAID), Endpoint("http://127.0.0.1:5000", SAID)
    assert Endpoints(public, internal, None, None).nearest is internal
    assert Endpoints(public, None, None, None).nearest is public
    assert Endpoints(None, None, None, None).nearest is None
