"""What the examined registry trusts of a token: the keys of its rootcertbundle, its issuer and its service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from regdoctor.distribution.token_verdicts import TokenTrust, TrustedKey
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.signer import SignerFiles
from regdoctor.formats.located import Located, UndecidedError, UnreadableError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.token_keys import keys_of_certificates, keys_of_jwks
from regdoctor.probes.host_tree import read_below

NEEDED = (Installation, RegistryConfig, SignerFiles, Product)
"""The kinds of evidence that the functions of this module read."""


def trust_of(evidence: Mapping[type, Any]) -> TokenTrust:
    """What the configuration says, as far as it is there; None or nothing for what it does not tell.

    evidence: by type, `Absent` where it could not be gathered.
    """
    bundle, jwks = _bundle(evidence), _jwks(evidence)
    unread = "" if jwks is not None else "auth.token.jwks is set, and its keys could not be read"
    keys = (*bundle, *(jwks or ()))
    issuer, service = _setting(evidence, "issuer"), _setting(evidence, "service")
    return TokenTrust(keys, issuer, service, _algorithms(evidence), unread)


def generation_of(evidence: Mapping[type, Any]) -> Generation | None:
    """Which line of registry software it is; None where nothing tells."""
    product = evidence.get(Product)
    return product.generation if isinstance(product, Product) else None


def _located(evidence: Mapping[type, Any], name: str) -> Located | None:
    config = evidence.get(RegistryConfig)
    return config.at("auth", "token", name) if isinstance(config, RegistryConfig) else None


def _setting(evidence: Mapping[type, Any], name: str) -> str | None:
    found = _located(evidence, name)
    try:
        return (found.text() or None) if found is not None else None
    except UndecidedError:
        return None


def _algorithms(evidence: Mapping[type, Any]) -> tuple[str, ...] | None:
    """Those of auth.token.signingalgorithms; none where the default holds, None where it is worked out at run time."""
    found = _located(evidence, "signingalgorithms")
    try:
        return tuple(item.text() or "" for item in found.items()) if found is not None else ()
    except UndecidedError:
        return None


def _bundle(evidence: Mapping[type, Any]) -> tuple[TrustedKey, ...]:
    files = evidence.get(SignerFiles)
    bundle = files.bundle if isinstance(files, SignerFiles) else None
    if bundle is None or bundle.contents is None:
        return ()
    # Read once more: the evidence keeps the facts of a key, and a signature needs the key itself.
    return _read(evidence, bundle.path, keys_of_certificates) or ()


def _jwks(evidence: Mapping[type, Any]) -> tuple[TrustedKey, ...] | None:
    """The keys of auth.token.jwks, which distribution 3 adds to the bundle's; None where they cannot be read."""
    found = _located(evidence, "jwks")
    if found is None:
        return ()
    path = _setting(evidence, "jwks")
    return _read(evidence, path, keys_of_jwks) if path else None


def _read(
    evidence: Mapping[type, Any], path: str, keys_of: Callable[[bytes, str], tuple[TrustedKey, ...]]
) -> tuple[TrustedKey, ...] | None:
    installation = evidence.get(Installation)
    place = installation.locate(path) if isinstance(installation, Installation) else None
    if not isinstance(installation, Installation) or place is None:
        return None
    try:
        return keys_of(read_below(installation.root, place), path)
    except (UnreadableError, ValueError):
        return None
