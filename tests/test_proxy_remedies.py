"""The remedy for a proxy's refusal is in the words of the proxy that wrote it."""

from __future__ import annotations

import pytest

from regdoctor.check import Dialect, Remedy
from regdoctor.distribution.page_authors import Author
from regdoctor.proxy_remedies import for_author

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
