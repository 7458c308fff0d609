"""The secrets and certificates that one stack keeps for its life, whatever fault it takes on."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from regdoctor.lab.certificates import Authority, Pair, signing_pair

LOGIN = "lab"
"""The user that may pull and push; its password is made anew for each stack."""
PROJECT = "gitlab-org/lab"
"""The GitLab project whose registry the user may use, with what lies below its path."""
ACTIONS = ("pull", "push", "delete")
"""What the user may do there."""


@dataclass(frozen=True, slots=True)
class Material:
    """Made once a stack."""

    authority: Authority
    """Which the host and its clients trust."""
    server: Pair
    """What nginx and GitLab show for https://localhost."""
    signer: Pair
    """GitLab's registry key, and the certificate by which the registry trusts it."""
    http_secret: str
    password: str
    other_secrets: dict[str, dict[str, str]]
    """Sections of gitlab-secrets.json that are nothing to the registry."""

    @property
    def authority_certificate(self) -> str:
        """That of `authority`, PEM."""
        return self.authority.certificate


def new_material() -> Material:
    """Fresh secrets, certificates and keys."""
    authority = Authority("regdoctor lab CA")
    return Material(
        authority=authority,
        server=authority.issue_for_localhost(),
        signer=signing_pair(),
        http_secret=secrets.token_hex(64),
        password="glpat-" + secrets.token_urlsafe(15),
        other_secrets={
            "gitlab_workhorse": {"secret_token": secrets.token_urlsafe(32)},
            "gitlab_shell": {"secret_token": secrets.token_hex(64)},
            "gitlab_rails": {
                "secret_key_base": secrets.token_hex(64),
                "db_key_base": secrets.token_hex(64),
                "otp_key_base": secrets.token_hex(64),
            },
            "gitlab_pages": {"api_secret_key": secrets.token_urlsafe(32)},
        },
    )
