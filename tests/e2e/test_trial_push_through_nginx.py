"""A trial push through a real nginx stops where that stops it, and nothing is sent to where a Location leads away."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from regdoctor.evidence.trial_push import Manner
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.http import Http
from regdoctor.lab.processes import Processes
from regdoctor.probes.ledger import Ledger
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.nginx_site import Site
from tests.e2e.trial_pushes import MANNERS, contents, push, start


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger of this test's own."""
    return Ledger(tmp_path / "state/ledger.json")


@pytest.fixture
def site(tmp_path: Path, lone_registry: LoneRegistry) -> Iterator[Site]:
    """A site whose registry runs."""
    processes = Processes()
    try:
        start(lone_registry)
        yield Site(tmp_path, processes, lone_registry)
    finally:
        processes.stop_all()


@pytest.fixture
def trusting(site: Site) -> Http:
    """A door that trusts the site."""
    return Http(TrustedCAs((("server.crt", (site.folder / "server.crt").read_text()),)))


@pytest.mark.parametrize("manner", MANNERS)
def test_nginx_refuses_a_large_body_and_signs_for_it(
    site: Site, trusting: Http, ledger: Ledger, manner: Manner
) -> None:
    site.front({"size": None})
    before = contents(site.registry)

    found = push(site.url, trusting, ledger, manner=manner, size=20_000_000, config=site.registry.config())

    assert found.last is not None
    assert found.last.status == 413
    assert found.stopped.endswith("got 413")
    assert found.left == ()
    assert contents(site.registry) == before
    assert ledger.entries(site.url) == ()
    assert push(site.url, trusting, ledger, manner=manner, size=500_000, config=site.registry.config()).succeeded


@pytest.mark.parametrize("manner", MANNERS)
def test_a_location_that_leads_away_ends_the_push_at_the_public_hop_alone(
    site: Site, trusting: Http, ledger: Ledger, manner: Manner
) -> None:
    before = contents(site.registry)
    with socket.create_server(("127.0.0.1", 0)) as other:
        elsewhere = f"127.0.0.1:{other.getsockname()[1]}"
        site.front({"Host": f"proxy_set_header Host {elsewhere};"})

        found = push(site.url, trusting, ledger, manner=manner, config=site.registry.config())
        inner = push(site.url, trusting, ledger, manner=manner, config=site.registry.config(), public=False)

        other.settimeout(0)
        with pytest.raises(BlockingIOError):
            other.accept()
    assert found.location.startswith(f"https://{elsewhere}/")
    assert f"Location leads away from {site.url}, to https://{elsewhere}; nothing was sent there" in found.stopped
    assert [exchange.method for exchange in found.exchanges] == ["HEAD", "POST"]
    assert inner.succeeded
    assert (found.left, inner.left) == ((), ())
    assert contents(site.registry) == before


def test_a_location_of_plain_http_ends_the_push(site: Site, trusting: Http, ledger: Ledger) -> None:
    site.front({"proto": None})
    found = push(site.url, trusting, ledger, config=site.registry.config())
    assert f"Location leads away from {site.url}, to http://localhost:{site.outer}" in found.stopped
    assert found.left == ()
