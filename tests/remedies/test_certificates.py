"""Commands name the server as openssl does, and the folder as docker does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regdoctor.check import Dialect, Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.served_tls import ServedTls, TlsLooks
from regdoctor.remedies.certificates import HUP_NGINX, RENEW, replace_certificate, see, trust_authority

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def endpoint(url: str) -> Endpoint:
    return Endpoint(url, Quote("command line", url))


@pytest.mark.parametrize(
    ("url", "command"),
    [
        ("https://h.example.com", "-connect h.example.com:443 -servername h.example.com -showcerts"),
        ("https://10.0.0.1:5000", "-connect 10.0.0.1:5000 -noservername -showcerts"),
        ("https://[2001:db8::1]:5050", "-connect '[2001:db8::1]:5050' -noservername -showcerts"),
    ],
)
def test_an_address_is_no_name_for_sni(url: str, command: str) -> None:
    assert see(endpoint(url)) == f"openssl s_client {command} </dev/null"


def test_another_certificate_is_put_where_omnibus_looks_and_loaded() -> None:
    remedy = replace_certificate(endpoint("https://h.example.com:5050"), "Renew it.")
    assert "/etc/gitlab/ssl/h.example.com.crt" in remedy[Dialect.OMNIBUS].text
    assert remedy[Dialect.OMNIBUS].commands[-2:] == (HUP_NGINX, RENEW)
    assert not any("gitlab-ctl" in command for command in remedy[Dialect.PLAIN].commands)
    assert all(one.text.startswith("Renew it. ") for one in remedy.values())


def test_for_the_token_service_the_folder_is_the_registrys() -> None:
    registry = ServedTls("registry", endpoint("https://h.example.com:5050"), NOW)
    service = ServedTls("token service", endpoint("https://gitlab.example.com"), NOW)
    for looks in ((registry, service), (service, registry)):
        command = trust_authority(service, TlsLooks(looks), "Why.")[Dialect.PLAIN].commands[1]
        assert command.endswith(" /etc/docker/certs.d/h.example.com:5050/ca.crt")
    alone = trust_authority(service, TlsLooks((service,)), "Why.")[Dialect.PLAIN].commands[1]
    assert alone.endswith(" /etc/docker/certs.d/gitlab.example.com/ca.crt")
