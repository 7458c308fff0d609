"""Healthy traffic of clients and registries of many makes: no sign of storage or of manifests takes it for a fault."""

from __future__ import annotations

import pytest

from regdoctor import catalogue
from regdoctor.check import Check
from regdoctor.evidence.recorded import Recorded
from tests.checks.seen_in_traffic import AZURE_LINK, GCS_LINK, IN_TIME, S3_LINK, seen, sent_on
from tests.traffic.conversation import Conversation
from tests.traffic.seen_exchanges import API, CHALLENGE, errors, exchanged

SIGNED = sorted(
    {one.check.name: one.check for one in catalogue.signs() if one.check.family in ("storage", "manifests")}.items()
)


def _docker() -> list[Recorded]:
    """A push and a pull with layers that the bucket hands out."""
    talk = Conversation()
    talk.push("group/app", "1", "one", "two")
    talk.pull("group/app", "1", "one", "two")
    return talk.said


def _stores() -> list[Recorded]:
    """Each kind of store gives what it is asked for: whole, in part, and as unchanged."""
    links = (S3_LINK, GCS_LINK, AZURE_LINK)
    return [
        one
        for link in links
        for status, method in ((200, "HEAD"), (200, "GET"), (206, "GET"), (304, "GET"))
        for one in sent_on(link, status, IN_TIME, method=method)
    ]


def _first_looks() -> list[Recorded]:
    """What clients ask for to see whether it is there: distribution, GitLab's registry, Harbor, Quay, Docker Hub."""
    absent = errors("MANIFEST_UNKNOWN", "manifest unknown")
    name = "sha256:" + "cd" * 32
    return [
        exchanged("GET /v2/", 401, CHALLENGE),
        exchanged(f"HEAD /v2/group/app/blobs/{name}", 404),
        exchanged("HEAD /v2/group/app/manifests/latest", 404),
        exchanged("GET /v2/group/app/manifests/latest", 404, body=absent),
        exchanged("GET /v2/group/app/manifests/latest", 404, (), body=errors("NOT_FOUND", "artifact not found")),
        exchanged(f"GET /v2/group/app/referrers/{name}", 404),
        exchanged("GET /v2/group/app/tags/list", 404, body=errors("NAME_UNKNOWN", "repository name not known")),
        exchanged(f"POST /v2/group/app/blobs/uploads/?mount={name}&from=a/b", 202),
        exchanged("GET /v2/_catalog", 401, (*API, ("WWW-Authenticate", "Bearer realm=x"))),
        exchanged("DELETE /v2/group/app/manifests/latest", 202),
        exchanged("GET /gitlab/v1/", 404),
        exchanged("PUT /v2/group/app/manifests/latest", 401, body=errors("UNAUTHORIZED", "authentication required")),
        exchanged("PUT /v2/group/app/manifests/latest", 403, body=errors("DENIED", "requested access is denied")),
        exchanged("POST /v2/group/app/blobs/uploads/", 503, body=errors("UNAVAILABLE", "service unavailable")),
    ]


@pytest.mark.parametrize("item", [item for _, item in SIGNED], ids=[name for name, _ in SIGNED])
@pytest.mark.parametrize("traffic", [_docker, _stores, _first_looks])
def test_it_is_no_fault(item: Check, traffic: object) -> None:
    assert callable(traffic)
    assert [fail.message for fail in seen(item, *traffic())] == []
