"""What nginx's configuration will do to a push, as the checks of the proxy tell it: for a walk that pushes nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from regdoctor.catalogue import named
from regdoctor.check import Check, Fail, Severity
from regdoctor.evidence.hops import HopKind, Hops
from regdoctor.formats.located import UndecidedError
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.injection import Absent

_BREAK_A_PUSH = (
    "forwarded_header_hides_scheme",
    "location_wrong_scheme",
    "location_loses_port",
    "location_shows_upstream",
    "body_size_limited",
)
"""The checks whose findings a pull does not meet, those first whose effect comes first."""
_NOT_GATHERED = Absent("not part of a walk", applicable=False)


def with_foreseen(hops: Hops, evidence: Mapping[type, Any]) -> Hops:
    """The walk, its public hop with what a push would meet there; as it is where nginx's files are not known.

    evidence: of the kinds that the walk was gathered from, or Absent.
    """
    if not isinstance(evidence.get(NginxConfig), NginxConfig):
        return hops
    found = next((one for name in _BREAK_A_PUSH for check in named(name) for one in _findings(check, evidence)), None)
    if found is None:
        return hops
    changed = tuple(
        dataclasses.replace(hop, foreseen=found.message) if HopKind.PUBLIC in hop.kinds else hop for hop in hops.hops
    )
    return dataclasses.replace(hops, hops=changed)


def _findings(check: Check, evidence: Mapping[type, Any]) -> Iterator[Fail]:
    given = {name: evidence.get(wanted.kind, _NOT_GATHERED) for name, wanted in check.inputs.items()}
    if any(isinstance(given[name], Absent) and not wanted.optional for name, wanted in check.inputs.items()):
        return
    try:
        told = check.judge(**given)
        outcomes = list(told) if isinstance(told, Iterable) else [told]
    except UndecidedError:
        return  # it is known at run time alone
    for one in outcomes:
        if isinstance(one, Fail) and (one.severity or check.severity) >= Severity.ERROR:
            yield one
