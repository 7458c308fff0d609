"""Addresses, ports and options of listen are read as nginx reads them."""

from __future__ import annotations

import pytest

from regdoctor.formats.located import Place
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.nginx_listens import listens_of


def _server(*listens: str, ssl: str = "") -> Directive:
    place = Place("nginx.conf", 1)
    block = [Directive("listen", tuple(text.split()), place) for text in listens]
    if ssl:
        block.append(Directive("ssl", (ssl,), place))
    return Directive("server", (), place, tuple(block))


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("443", "*", 443),
        ("*:8443", "*", 8443),
        ("[::]:443", "[::]", 443),
        ("[::1]", "[::1]", 80),
        ("127.0.0.1:5050", "127.0.0.1", 5050),
        ("localhost", "localhost", 80),
        ("unix:/run/x.sock", "unix:/run/x.sock", None),
        ("a:b:c", "a:b:c", 80),
    ],
)
def test_an_address_is_read(text: str, address: str, port: int | None) -> None:
    ((listen,),) = listens_of([_server(text)])
    assert (listen.address, listen.port) == (address, port)


def test_options_are_read() -> None:
    ((tls, quic, plain),) = listens_of([_server("443 ssl default_server", "443 quic reuseport", "80")])
    assert (tls.ssl, tls.quic, tls.default_server) == (True, False, True)
    assert (quic.ssl, quic.quic) == (True, True)
    assert (plain.ssl, plain.default_server) == (False, False)


def test_tls_of_an_address_holds_for_every_server_there() -> None:
    ((_,), (other,), (elsewhere,)) = listens_of([_server("443 ssl"), _server("443"), _server("8443")])
    assert other.ssl
    assert not elsewhere.ssl


def test_the_old_switch_holds_for_the_whole_server() -> None:
    ((listen,),) = listens_of([_server("443", ssl="on")])
    assert listen.ssl
    ((listen,),) = listens_of([_server("443", ssl="off")])
    assert not listen.ssl


def test_without_a_listen_it_is_port_80() -> None:
    ((listen,),) = listens_of([_server()])
    assert (listen.port, listen.quote().quote) == (80, "server {")
