"""Goes on where the registry sends a client for a blob, one step, as the client at this machine would."""

from __future__ import annotations

from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.evidence.public_reads import PublicReads
from regdoctor.evidence.redirect_reach import RedirectReach
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.hop_redirects import go_on, target_of

_DEADLINE = 6.0
"""Seconds."""
_CAP = 1 << 12
"""Bytes of the blob that are kept: whether it comes is asked, not what it is."""


@probe(
    reads="the first byte of a blob where the registry sends clients for it (one redirect, without credentials)",
    limit=_DEADLINE + 1,
    network=True,
)
def redirect_reach(reads: PublicReads, door: Http) -> RedirectReach:
    """What answers there. Raises NotApplicableError where no blob was read, CouldNotGatherError where none came."""
    blob = reads.blob
    if blob is None:
        raise NotApplicableError("the image that was found names no blob to read")
    target = target_of(blob)
    if target is None:
        if not blob.ok:
            raise CouldNotGatherError(f"the blob could not be read: {blob.quote().quote}")
        return RedirectReach(blob)
    address = read_web_address(target)
    if address is None:
        raise CouldNotGatherError("the registry sends clients to what is no address of the web")
    found = go_on(door, "GET", target, blob, (("Range", "bytes=0-0"),), _DEADLINE, _CAP)
    host = f"[{address.host}]" if ":" in address.host else address.host
    where = f"{address.scheme}://{host}{f':{address.port}' if address.port_is_written else ''}"
    if isinstance(found, str):
        return RedirectReach(blob, where, not_asked=found)
    return RedirectReach(blob, where, found)
