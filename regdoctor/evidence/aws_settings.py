"""What the registry's process is given of AWS settings: variables, and the shared files of its user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from regdoctor.distribution.credential_chains import ConfigFile
from regdoctor.formats.aws_profiles import Profile
from regdoctor.formats.located import Located
from regdoctor.redaction import Secret


@dataclass(frozen=True, slots=True)
class SharedFile:
    """One of the two shared files."""

    path: str
    """As the host names it."""
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    problem: str = ""
    """Why it could not be read; empty also where there is none."""


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """The settings; never those of the person who runs regdoctor."""

    said_by: str
    """Where the environment was read: `environment of process 12`, a unit's file."""
    variables: Mapping[str, Located] = field(default_factory=dict)
    """Those called AWS_*, by name; empty ones are left out, as the SDKs take them for unset."""
    credentials: SharedFile | None = None
    """None where the file of the registry's user cannot be found out."""
    config: SharedFile | None = None
    in_container: bool = False
    """Whether the registry runs in a container, whose files and network are not this host's."""
    unseen: str = ""
    """Why the environment, or a part of it, is not known; empty where it is."""

    def text(self, name: str) -> str:
        """A variable's value; empty where it is not set. Of secrets the value too: never to be shown."""
        found = self.variables.get(name)
        if found is None:
            return ""
        shown = found.text() or ""
        return found.value.reveal() if isinstance(found.value, Secret) else shown

    def first(self, names: tuple[str, ...]) -> Located | None:
        """The first of these variables that is set."""
        return next((self.variables[name] for name in names if name in self.variables), None)

    @property
    def loads_config(self) -> bool:
        """Whether AWS_SDK_LOAD_CONFIG is on, as strconv.ParseBool of Go reads it."""
        return self.text("AWS_SDK_LOAD_CONFIG").lower() in ("1", "t", "true")

    def profile_name(self, when: ConfigFile) -> str:
        """The profile that is asked for: AWS_DEFAULT_PROFILE counts only where the config file is read, too."""
        second = self.text("AWS_DEFAULT_PROFILE") if self.reads_config(when) else ""
        return self.text("AWS_PROFILE") or second or "default"

    def reads_config(self, when: ConfigFile) -> bool:
        """Whether ~/.aws/config is read."""
        return when is ConfigFile.ALWAYS or (when is ConfigFile.ASKED_FOR and self.loads_config)

    def profile(self, when: ConfigFile) -> Profile:
        """The settings of the profile that is asked for; those of ~/.aws/credentials win (sharedConfig of the SDK)."""
        name = self.profile_name(when)
        files = [self.config if self.reads_config(when) else None, self.credentials]
        merged: dict[str, Located] = {}
        for file in files:
            merged |= file.profiles.get(name, {}) if file is not None else {}
        return merged
