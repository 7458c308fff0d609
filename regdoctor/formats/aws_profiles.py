"""The shared files of the AWS SDKs, ~/.aws/credentials and ~/.aws/config: profiles of settings, with their lines."""

from __future__ import annotations

import re
from collections.abc import Mapping

from regdoctor.formats.located import Located, Place
from regdoctor.redaction import Secret

_SECTION = re.compile(r"\[\s*(?:profile\s+)?([^\]]*?)\s*\]")
_SECRETS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
_MOST_LINES = 20_000

Profile = Mapping[str, Located]


def parse_aws_profiles(data: bytes, source: str) -> dict[str, Profile]:
    """The settings of each profile, by its name; keys are in lower case, and wrapped where they are secret.

    Lines that set nothing, and nested settings (indented), are passed over, as the SDKs do. A profile that is there
    twice is one; of a key that is there twice the last counts. Source: "Shared config and credentials files" of the
    AWS SDKs and Tools Reference Guide.
    """
    found: dict[str, dict[str, Located]] = {}
    here: dict[str, Located] | None = None
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines()[:_MOST_LINES], 1):
        section = _SECTION.match(line)
        if section is not None:
            here = found.setdefault(section.group(1), {})
            continue
        name, equals, value = line.partition("=")
        if here is None or not equals or line[:1] in ("#", ";", " ", "\t"):
            continue
        key, text = name.strip().lower(), value.strip()
        kept = Secret(text, key) if key in _SECRETS else text
        here[key] = Located(kept, Place(source, number), key)
    return {name: dict(settings) for name, settings in found.items()}
