"""A server behind nginx is a host with a port, or a socket."""

from __future__ import annotations

import pytest

from regdoctor.formats.located import Place
from regdoctor.formats.nginx_addresses import address_of
from regdoctor.formats.nginx_directives import Directive


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("Registry:5000", "registry", 5000),
        ("registry", "registry", 80),
        ("[::1]:5000", "::1", 5000),
        ("[::1]", "::1", 80),
        ("unix:/run/x.sock", "unix:/run/x.sock", None),
        ("registry:$port", "registry", None),
    ],
)
def test_host_and_port_are_told_apart(text: str, host: str, port: int | None) -> None:
    found = address_of(text, 80, Directive("server", (text,), Place("nginx.conf", 1)))
    assert (found.host, found.port) == (host, port)
