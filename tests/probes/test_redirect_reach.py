"""A client is followed one step to where the registry sends it, and no further."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.public_reads import PublicReads
from regdoctor.evidence.redirect_reach import RedirectReach
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.redirect_reach import redirect_reach

MANIFEST = Exchange("GET", "http://127.0.0.1:1/v2/a/manifests/1", status=200)
URL = "http://127.0.0.1:1/v2/a/blobs/sha256:1"


def gather(door: Http, status: int, location: str = "") -> RedirectReach:
    """What the probe makes of the registry's answer for a blob."""
    blob = Exchange("GET", URL, status=status, headers=(("Location", location),) if location else ())
    found = redirect_reach.gather(PublicReads(MANIFEST, blob), door)
    assert isinstance(found, RedirectReach)
    return found


def test_one_step_is_gone_and_the_signature_is_not_in_the_place(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (302, {"Location": "/further"}, b""))
    found = gather(door, 307, f"{server.url}/b?X-Amz-Signature=s")
    assert found.target == server.url
    assert server.asked() == ["GET /b?X-Amz-Signature=s"]


def test_a_password_in_the_address_is_not_in_the_place(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, b""))
    assert gather(door, 307, server.url.replace("//", "//me:secret-word@")).target == server.url


def test_a_registry_that_hands_blobs_out_sends_nobody_on(door: Http) -> None:
    assert gather(door, 200) == RedirectReach(Exchange("GET", URL, status=200))


def test_what_means_this_host_or_its_cloud_is_not_asked(door: Http) -> None:
    assert "not asked" in gather(door, 307, "http://169.254.169.254/latest").not_asked


def test_without_a_blob_there_is_nothing_to_go_on_from(door: Http) -> None:
    with pytest.raises(NotApplicableError):
        redirect_reach.gather(PublicReads(MANIFEST, None), door)
    with pytest.raises(CouldNotGatherError, match="503"):
        gather(door, 503)
    with pytest.raises(CouldNotGatherError, match="no address"):
        gather(door, 307, "ftp://store/b")
