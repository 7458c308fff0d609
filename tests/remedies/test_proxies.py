"""The remedy for a proxy's refusal is in the words of the proxy that wrote it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from regdoctor.check import Dialect, Quote, Remedy
from regdoctor.distribution.page_authors import Author
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.lab.programs import find_program
from regdoctor.remedies.proxies import Exempt, exempt_in_haproxy, for_author

NGINX = {Dialect.PLAIN: Remedy("In nginx.", ("line;",)), Dialect.OMNIBUS: Remedy("In Omnibus.")}
OTHERS = {"Apache": "AllowMethods GET", "Cloudflare": "# a rule"}


@pytest.mark.parametrize("name", [None, "nginx", "OpenResty", "a server built on nginx", "a proxy"])
def test_nginx_has_its_own_and_so_has_whoever_cannot_be_told(name: str | None) -> None:
    author = Author(name, "x") if name else None

    assert for_author(author, "Why.", NGINX, OTHERS) is NGINX


def test_a_proxy_that_people_run_is_tested_and_reloaded() -> None:
    remedy = for_author(Author("Apache", "x"), "Why.", NGINX, OTHERS)[Dialect.PLAIN]

    assert remedy.text.startswith("Why. In the configuration of Apache")
    assert remedy.commands[0] == "AllowMethods GET"
    assert "apachectl configtest" in remedy.commands[1]


def test_a_service_has_no_command_to_reload_it() -> None:
    assert for_author(Author("Cloudflare", "x"), "Why.", NGINX, OTHERS)[Dialect.PLAIN].commands == ("# a rule",)


def test_whoever_has_no_lines_is_named() -> None:
    remedy = for_author(Author("Akamai", "x"), "Why.", NGINX, OTHERS)[Dialect.PLAIN]

    assert "Akamai" in remedy.text
    assert remedy.commands == ()


def test_a_rule_is_made_to_except_the_registry_and_nothing_is_allowed() -> None:
    exempt = Exempt("grep deny x.conf", "RewriteCond one", "It stands above.")
    remedy = for_author(Author("Apache", "x"), "Why.", NGINX, {"Apache": exempt})[Dialect.PLAIN]

    assert remedy.text.startswith("Why. Find the rule of Apache")
    assert "It stands above." in remedy.text
    assert remedy.commands[:2] == ("grep deny x.conf", "RewriteCond one")
    assert "configtest" in remedy.commands[2]


RULES = """\
acl browsers req.hdr(User-Agent) -m beg Mozilla
http-request deny if { method PATCH }
http-request set-header X-A b
"""


@pytest.mark.parametrize("url", ["https://registry.example.com", "https://[2001:db8::7]:5050"])
def test_haproxy_takes_the_exception_and_the_command_finds_the_rule(tmp_path: Path, url: str) -> None:
    exempt = exempt_in_haproxy(Endpoint(url, Quote("x", "y")), "user-agent")
    conf = tmp_path / "haproxy.cfg"
    rules = [exempt.lines, "http-request deny if { method PATCH } !registry_api"]
    rules.append("http-request deny unless { method GET } or registry_api")
    inner = "\n".join(f"  {rule}" for rule in rules)
    conf.write_text(
        f"defaults\n  mode http\n  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\n"
        f"frontend f\n  bind 127.0.0.1:8999\n{inner}\n  default_backend b\nbackend b\n  server s 127.0.0.1:8998\n"
    )
    subprocess.run([find_program("haproxy"), "-c", "-f", conf], check=True, capture_output=True, timeout=30)

    conf.write_text(RULES)
    find = exempt.find.replace("/etc/haproxy/haproxy.cfg", str(conf))
    found = subprocess.run(["/bin/sh", "-c", find], check=True, capture_output=True, text=True, timeout=30).stdout
    assert [line.partition(":")[0] for line in found.splitlines()] == ["1", "2"]
