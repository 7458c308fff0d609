"""The keys that Omnibus reads, and what a wrong one was meant to be."""

from __future__ import annotations

import pytest

from regdoctor.distribution.omnibus_keys import MISPLACED, NGINX, RAILS_REGISTRY, REGISTRY, meant


@pytest.mark.parametrize(
    ("path", "right"),
    [
        (("registry", "debug"), "registry['debug_addr']"),
        (("registry", "storge"), "registry['storage']"),
        (("registry", "Storage"), "registry['storage']"),
        (("registry", "health_storage_driver_enabled"), "registry['health_storagedriver_enabled']"),
        (("registry", "nginx", "listen_prt"), "registry['nginx']['listen_port']"),
        (("registry_nginx", "ssl_certificat"), "registry_nginx['ssl_certificate']"),
        (("gitlab_rails", "internal_key"), "registry['internal_key']"),
        (("gitlab_rails", "registry_isuer"), "gitlab_rails['registry_issuer']"),
        (("registry", "quite_new"), None),
    ],
)
def test_what_was_meant(path: tuple[str, ...], right: str | None) -> None:
    assert meant(path) == right


def test_nothing_that_is_read_is_called_misplaced() -> None:
    known = {("registry", key) for key in REGISTRY} | {("gitlab_rails", key) for key in RAILS_REGISTRY}
    assert not known & MISPLACED.keys()
    assert "proxy_set_headers" in NGINX
