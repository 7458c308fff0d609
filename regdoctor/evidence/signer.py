"""The two halves of the token signer: the certificate that the registry trusts, and GitLab's private key."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.evidence.host_file import HostFile


@dataclass(frozen=True, slots=True)
class SignerFiles:
    """The files as they are on the examined host; None where nothing names one."""

    bundle: HostFile | None
    """auth.token.rootcertbundle of the registry."""
    key: HostFile | None
    """registry.key of gitlab.yml."""
