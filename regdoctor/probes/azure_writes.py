"""Tries, with the registry's own identity, the calls that change its Azure container, below a folder of its own."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field

from regdoctor.distribution.azure_operations import AzureOperation
from regdoctor.distribution.registry_uses import Area
from regdoctor.evidence.azure_access import AzureCall, AzureWrites
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Product
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.azure_parameters import KEY
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.azure_container import BlobContainer, registry_container
from regdoctor.probes.azure_entra import EntraRefusedError
from regdoctor.probes.azure_identity import RegistrysHost
from regdoctor.probes.azure_signers import Bearer
from regdoctor.probes.bucket import require_live
from regdoctor.probes.ledger import Entry, Ledger
from regdoctor.probes.trial_prefix import NAMES, REPOSITORY, object_entry, own_prefix
from regdoctor.probes.uploads import no_ledger
from regdoctor.target import Target

_CLEANING = 12.0
"""Seconds for what earlier runs left."""
_CALLS = 12
"""Requests of one trial in time, those for a token, the listing before and its removal included."""
_DEADLINE = 4.0
_CONTENT = b"written by regdoctor to see whether the registry may write here\n"
_STARTED, _DATA, _COPY = NAMES[:3]


@probe(
    reads="with the registry's Azure identity: what of these calls the container refuses",
    writes="with the registry's Azure identity, each once, below "
    f"docker/registry/v2/repositories/{REPOSITORY}/_uploads/UUID/ in its container: Put Blob of a block blob and of an "
    "append blob, Append Block, Copy Blob, and Delete Blob of all three; removes likewise what a run left that was "
    "killed; keeps a list of what is to be removed in XDG_STATE_HOME/regdoctor",
    limit=_CLEANING + _CALLS * _DEADLINE,
    network=True,
)
def azure_writes(
    target: Target,
    installation: Installation,
    config: RegistryConfig,
    product: Product | Absent,
    service: ServiceEnvironment | Absent,
    door: Http,
) -> AzureWrites:
    """What the store answered. Raises NotApplicableError without --allow-writes, and what `registry_container` raises.

    Raises CouldNotGatherError where nothing could be noted down that a killed run leaves behind, and what `try_writes`
    raises.
    """
    if not target.allow_writes:
        raise NotApplicableError("trying to write into the container writes: not tried without --allow-writes")
    require_live(installation)
    try:
        store, _ = registry_container(config, RegistrysHost(installation, service, product), door)
    except EntraRefusedError as error:
        raise CouldNotGatherError(f"Entra ID gives the registry's identity no token: {error}") from error
    try:
        ledger = Ledger()
        ledger.prepare()
        return try_writes(store, ledger)
    except OSError as error:
        raise no_ledger(error) from error


def try_writes(store: BlobContainer, ledger: Ledger) -> AzureWrites:
    """Clean up after earlier runs, try each call, and remove it all.

    Raises OSError where the ledger cannot be kept, CouldNotGatherError where what answers is not this container: then
    nothing is written.
    """
    own = store.container.own_prefix
    listed = AzureCall(AzureOperation.LIST, Area.BUCKET, own, store.list(own, 1))
    if not (listed.allowed or listed.forbidden):
        raise CouldNotGatherError(f"the container was not listed: {listed.quote().quote}")
    if isinstance(store.signer, Bearer):
        store = store.signing_with(store.delegation_key())
    clean_up(store, ledger, time.monotonic() + _CLEANING)
    prefix = f"{store.container.own_prefix}{KEY}repositories/{REPOSITORY}/_uploads/{uuid.uuid4()}/"
    entry = object_entry(store.container.url, prefix)
    ledger.add(entry)
    trial = _Trial(store, prefix)
    try:
        trial.run()
    finally:
        problem = "" if trial.nothing_made else remove(store, ledger, entry)
    if trial.nothing_made:
        ledger.remove(entry)
    left = f"blobs below {prefix} may be left, the next run tries again: {problem}" if problem else ""
    return AzureWrites(store.container, tuple(trial.calls), left)


@dataclass(slots=True)
class _Trial:
    store: BlobContainer
    prefix: str
    calls: list[AzureCall] = field(default_factory=list)

    def run(self) -> None:
        started, data, copy = (f"{self.prefix}{name}" for name in (_STARTED, _DATA, _COPY))
        put = self._call(AzureOperation.PUT, started, self.store.put(started, _CONTENT))
        if put.exchange.failure is not None:
            return
        if self._call(AzureOperation.PUT_APPEND, data, self.store.put_append(data)).exchange.ok:
            self._call(AzureOperation.APPEND, data, self.store.append(data, _CONTENT))
        if put.exchange.ok:
            self._call(AzureOperation.COPY, copy, self.store.copy(copy, started))
            self._call(AzureOperation.DELETE, started, self.store.delete(started))

    @property
    def nothing_made(self) -> bool:
        """Whether the store refused every call that makes something, so that nothing is there."""
        making = [call for call in self.calls if call.operation in (AzureOperation.PUT, AzureOperation.PUT_APPEND)]
        return bool(making) and all(400 <= (call.exchange.status or 0) < 500 for call in making)

    def _call(self, operation: AzureOperation, name: str, exchange: Exchange) -> AzureCall:
        made = AzureCall(operation, Area.UPLOADS, name, exchange)
        self.calls.append(made)
        return made


def clean_up(store: BlobContainer, ledger: Ledger, end: float) -> None:
    """Remove what runs that are over left in this container, until `end` by time.monotonic; the rest stays noted.

    Raises OSError where the ledger cannot be read.
    """
    for entry in ledger.left_behind(store.container.url):
        if time.monotonic() < end:
            remove(store, ledger, entry)


def remove(store: BlobContainer, ledger: Ledger, entry: Entry) -> str:
    """Remove what an entry stands for, and strike it out; empty where it is gone, else what stands in the way.

    Nothing is removed that is no trial's: the ledger's file may be anyone's work. Raises OSError.
    """
    roots = {store.container.prefix(legacy=legacy) for legacy in (True, False)}
    prefix = next((found for root in roots if (found := own_prefix(entry, root))), None)
    if prefix is None or entry.kind != "object":
        return ""
    answers = []
    for name in (_STARTED, _DATA, _COPY):
        answers.append(AzureCall(AzureOperation.DELETE, Area.UPLOADS, name, store.delete(f"{prefix}{name}")))
        if answers[-1].exchange.failure is not None:
            break
    gone = ("ContainerNotFound", "ContainerBeingDeleted")
    problem = next((call.quote().quote for call in answers if not (call.allowed or call.code in gone)), "")
    if not problem:
        ledger.remove(entry)
    return problem
