"""Media types of manifests, and Accept."""

from __future__ import annotations

from regdoctor.distribution.media_types import (
    ACCEPT_ALL,
    DOCKER_SCHEMA1,
    IMAGES,
    INDEXES,
    MANIFESTS,
    OCI,
    SCHEMA1,
)


def test_accept_names_every_kind_once() -> None:
    named = ACCEPT_ALL.split(", ")
    assert len(named) == len(set(named))
    assert set(named) == MANIFESTS - {DOCKER_SCHEMA1}, "the unsigned kind is a legacy name that is never stored"


def test_accept_prefers_any_other_kind_to_schema_1() -> None:
    named = ACCEPT_ALL.split(", ")
    assert named[-1] in SCHEMA1
    assert not SCHEMA1 & set(named[:-1])


def test_kinds_do_not_overlap() -> None:
    assert not IMAGES & INDEXES
    assert not SCHEMA1 & (IMAGES | INDEXES)
    assert OCI < IMAGES | INDEXES
