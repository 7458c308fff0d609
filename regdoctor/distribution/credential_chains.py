"""Where each registry looks for its S3 credentials, in which order: it differs by version and by driver."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from regdoctor.distribution.generation import Generation


class Source(enum.StrEnum):
    """A place that S3 credentials come from."""

    CONFIG = "static keys of the configuration"
    ENVIRONMENT = "keys of the environment"
    WEB_IDENTITY = "a web identity"
    SHARED_FILE = "a shared credentials file"
    CONTAINER = "the container's role"
    INSTANCE = "the machine's role"


class ConfigFile(enum.Enum):
    """When ~/.aws/config is read beside ~/.aws/credentials."""

    NEVER = "never"
    ASKED_FOR = "where AWS_SDK_LOAD_CONFIG is on"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class CredentialChain:
    """An order of sources; the first that has a whole pair of keys counts."""

    name: str
    """Whose order it is, for people."""
    sources: tuple[Source, ...]
    config_file: ConfigFile

    role_needs_config: bool = False
    """Whether role_arn, credential_source and sso_* of a profile count only where AWS_SDK_LOAD_CONFIG is on."""

    def reads(self, source: Source) -> bool:
        """Whether it looks there at all."""
        return source in self.sources


DISTRIBUTION_2 = CredentialChain(
    "distribution 2",
    (Source.CONFIG, Source.ENVIRONMENT, Source.SHARED_FILE, Source.INSTANCE),
    ConfigFile.NEVER,
)
"""A chain of the driver's own, without web identities and containers' roles (registry/storage/driver/s3-aws/s3.go of
2.8, New; held against the real 2.8.2 in tests/e2e/test_s3_identity.py)."""
_SDK = (
    Source.CONFIG,
    Source.ENVIRONMENT,
    Source.WEB_IDENTITY,
    Source.SHARED_FILE,
    Source.CONTAINER,
    Source.INSTANCE,
)
SDK_1 = CredentialChain("the AWS SDK for Go, version 1", _SDK, ConfigFile.ASKED_FOR, role_needs_config=True)
"""resolveCredentials of aws/session/credentials.go: 3.x and GitLab's driver `s3` leave it to the session."""
SDK_2 = CredentialChain("the AWS SDK for Go, version 2", _SDK, ConfigFile.ALWAYS)
"""resolveCredentialChain of config/resolve_credentials.go: GitLab's driver `s3_v2`."""


def chains_of(driver: str, candidates: frozenset[Generation]) -> tuple[CredentialChain, ...]:
    """The orders that the driver of this name may follow, where the registry is one of `candidates`."""
    if driver == "s3_v2":
        return (SDK_2,)
    found = {DISTRIBUTION_2 if one is Generation.DISTRIBUTION_2 else SDK_1 for one in candidates}
    return tuple(chain for chain in (DISTRIBUTION_2, SDK_1) if chain in found)


ACCESS_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY")
SECRET_KEYS = ("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY")
"""The SDKs take the second where the first is not set (envCredentials of aws/session/env_config.go)."""
WEB_IDENTITY_TOKEN = "AWS_WEB_IDENTITY_TOKEN_FILE"  # noqa: S105 - a variable's name
CONTAINER_URIS = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
"""In the order of RemoteCredProvider in aws/defaults/defaults.go."""
CONTAINER_TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"  # noqa: S105 - a variable's name
"""What EKS Pod Identity sets beside the full address. It wins over AWS_CONTAINER_AUTHORIZATION_TOKEN and is read anew
for each question (httpCredProvider of aws/defaults/defaults.go, resolveHTTPCredProvider of
config/resolve_credentials.go).

Read by version 1 of the SDK since 1.47.11 and by version 2 since its release of 2023-11-14 (Amazon EKS user guide, "Use
pod identity with the AWS SDK"): distribution 3 and GitLab's registry of 2024 and later have newer ones."""
SECRET_VARIABLES = (*ACCESS_KEYS, *SECRET_KEYS, "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN")
"""The variables whose values are wrapped where they are read."""
