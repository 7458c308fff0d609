"""What stands behind nginx is read from its configuration, with what nginx would tell it."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect, Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.installation import Installation
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes.hop_upstream import Upstream, configured_upstream, named_upstream
from regdoctor.probes.nginx_config import read_nginx

NONE = Absent("none here", applicable=False)
PUBLIC = Endpoint("https://registry.example.com:5050", Quote("test", ""))


def behind(folder: Path, location: str, *, live: bool = True, outside: str = "") -> Upstream:
    """What stands behind a server with this location."""
    conf = folder / "nginx.conf"
    conf.write_text(f"http {{ {outside} server {{ listen 5050 ssl; server_name registry.example.com; {location} }} }}")
    installation = Installation(None, Dialect.PLAIN, live=live)
    return configured_upstream(read_nginx([conf], installation), NONE, NONE, installation, PUBLIC)


def test_nginx_passes_on_what_its_variables_stand_for(tmp_path: Path) -> None:
    found = behind(
        tmp_path,
        "location /v2/ { proxy_pass http://127.0.0.1:5000; proxy_set_header Host $http_host; "
        "proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $whatever; }",
    )

    assert found.endpoint.url == "http://127.0.0.1:5000"
    assert found.headers == (("Host", "registry.example.com:5050"), ("X-Forwarded-Proto", "https"))
    assert found.url("/v2/a/tags/list") == "http://127.0.0.1:5000/v2/a/tags/list"


def test_without_a_host_of_its_own_nginx_sends_that_of_proxy_pass(tmp_path: Path) -> None:
    upstream = "upstream reg { server 10.0.0.5:5000; }"

    found = behind(tmp_path, "location /v2/ { proxy_pass http://reg; }", outside=upstream)

    assert (found.endpoint.url, found.headers) == ("http://10.0.0.5:5000", (("Host", "reg"),))


def test_a_path_in_proxy_pass_takes_the_place_of_the_locations(tmp_path: Path) -> None:
    found = behind(tmp_path, "location /v2/ { proxy_pass http://127.0.0.1:5000/registry/v2/; }")

    assert found.url("/v2/a/tags/list") == "http://127.0.0.1:5000/registry/v2/a/tags/list"


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("location / { root /srv; }", "passes nothing to a registry's port"),
        ("location /v2/ { proxy_pass http://unix:/run/registry.sock; }", "passes nothing to a registry's port"),
    ],
)
def test_what_cannot_be_asked_is_told_with_the_option_that_helps(tmp_path: Path, location: str, words: str) -> None:
    with pytest.raises(NotApplicableError, match=rf"{words}.*--upstream URL"):
        behind(tmp_path, location)


def test_a_copied_hosts_addresses_are_not_asked(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match="the files are a copy"):
        behind(tmp_path, "location /v2/ { proxy_pass http://127.0.0.1:5000; }", live=False)


def test_one_that_is_named_is_told_host_and_scheme() -> None:
    found = named_upstream("http://10.0.0.5:5000", PUBLIC)

    assert found.headers == (("Host", "registry.example.com:5050"), ("X-Forwarded-Proto", "https"))
    assert named_upstream("http://10.0.0.5:5000", None).headers == ()
