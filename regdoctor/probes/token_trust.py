"""What the examined registry trusts of a token: the keys of its rootcertbundle, its issuer and its service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regdoctor.distribution.token_verdicts import TokenTrust, TrustedKey
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.signer import SignerFiles
from regdoctor.formats.located import UndecidedError, UnreadableError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.token_keys import keys_of_certificates
from regdoctor.probes.host_tree import read_below

NEEDED = (Installation, RegistryConfig, SignerFiles, Product)
"""The kinds of evidence that the functions of this module read."""


def trust_of(evidence: Mapping[type, Any]) -> TokenTrust:
    """What the configuration says, as far as it is there; None or nothing for what it does not tell.

    evidence: by type, `Absent` where it could not be gathered.
    """
    return TokenTrust(_keys(evidence), _setting(evidence, "issuer"), _setting(evidence, "service"))


def generation_of(evidence: Mapping[type, Any]) -> Generation | None:
    """Which line of registry software it is; None where nothing tells."""
    product = evidence.get(Product)
    return product.generation if isinstance(product, Product) else None


def _setting(evidence: Mapping[type, Any], name: str) -> str | None:
    config = evidence.get(RegistryConfig)
    found = config.at("auth", "token", name) if isinstance(config, RegistryConfig) else None
    try:
        return (found.text() or None) if found is not None else None
    except UndecidedError:
        return None


def _keys(evidence: Mapping[type, Any]) -> tuple[TrustedKey, ...]:
    files, installation = evidence.get(SignerFiles), evidence.get(Installation)
    bundle = files.bundle if isinstance(files, SignerFiles) else None
    if bundle is None or bundle.contents is None or not isinstance(installation, Installation):
        return ()
    place = installation.locate(bundle.path)
    if place is None:
        return ()
    try:
        # Read once more: the evidence keeps the facts of a key, and a signature needs the key itself.
        return keys_of_certificates(read_below(installation.root, place), bundle.path)
    except (UnreadableError, ValueError):
        return ()
