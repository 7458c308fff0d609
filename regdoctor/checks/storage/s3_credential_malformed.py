"""S3-09: what stands for the S3 credentials cannot be any."""

from __future__ import annotations

import re
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.formats.config_layers import holds_file
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.remedies import RECONFIGURE, change

_SAMPLES = {
    "accesskey": ("s3-access-key", "AKIAKIAKI", "awsaccesskey"),
    "secretkey": ("s3-secret-key-for-access-key", "awssecretkey"),
    "bucket": ("your-s3-bucket",),
    "region": ("your-s3-region",),
}
"""What the documentation of GitLab and of distribution writes in its examples."""
_KEY_ID = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{16}")
"""Amazon's access key IDs (IAM identifiers, unique ID prefixes)."""
_LEFT_OUT = re.compile(r"\$\{[^}]*\}|\$\([^)]*\)|\{\{.*\}\}|<[^<>]+>")
"""What should have been replaced on the way into the file: the registry takes it as it stands."""
_PAIR = ("accesskey", "secretkey")


@check(
    title="The S3 credentials are well-formed",
    severity=Severity.ERROR,
    failure_modes=("S3-09", "S3-01"),
    symptoms=("the Credential is mal-formed", "InvalidAccessKeyId", "NoCredentialProviders"),
    explains=("s3_credentials_missing", "s3_keys_refused", "registry_unhealthy"),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def s3_credential_malformed(config: RegistryConfig) -> Iterator[Outcome]:
    """accesskey and region go into the signature of every request, joined by slashes and set off by commas.

    A blank, a comma, a slash, a quotation mark or the end of a line that came along when the key was copied make the
    store answer `the Credential is mal-formed` or InvalidAccessKeyId. The same comes of the two keys in each other's
    place, of an ARN where the key ID belongs, and of what an example in the documentation says. Where one of the two
    keys is missing the registry leaves the other one unused and looks for a role: NoCredentialProviders.

    Write both keys as the store gave them out, without anything around them; or take both away, where the machine has
    a role that may use the bucket. This page and the report show no keys, only how long they are.
    """
    s3 = s3_parameters(config)
    if s3 is None:
        yield Skip("no storage in S3 is configured here")
        return
    found: list[Outcome] = [one for name in (*_PAIR, "bucket", "region") if (one := _single(s3, name))]
    half = _half(s3) if holds_file(config) else None  # the other half may be in the file that is not seen
    if half is not None:
        found.append(half)
    yield from found or [Pass("both keys are well-formed" if s3.value("accesskey") else "the credentials are a role's")]


def _single(s3: S3Parameters, name: str) -> Fail | None:
    """What is wrong with one parameter by itself."""
    value, text = s3.value(name), s3.written(name)
    if value is None:
        return None
    problem = {"bucket": _sample, "region": _region, "accesskey": _access_key, "secretkey": _secret_key}[name](
        name, text
    )
    if problem is None or (name == "region" and s3.value("regionendpoint") is None):
        return None  # without an endpoint of one's own the region is judged by s3_region_invalid
    shown = f" ({len(text)} characters)" if name in _PAIR else ""
    cleaned = text.strip(" \t\r\n\"',")
    mended = name == "region" and cleaned and _region(name, cleaned) is None
    setting = s3.setting(name)
    return Fail(
        f"{name}{shown} {problem}",
        remedy=change(setting, cleaned, "Write the region's bare name.", now=value) if mended else _written_anew(s3),
        evidence=(value.quote(),),
        resource=setting,
        failure_modes=("S3-09",),
    )


def _sample(name: str, text: str) -> str | None:
    return "is what the documentation's example says" if text in _SAMPLES[name] else None


def _around(text: str) -> str | None:
    """What stands around a value and is no part of it."""
    if text != text.strip():
        return "begins or ends with a blank or with the end of a line"
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return "has quotation marks of its own around it"
    return "has not been filled in" if _LEFT_OUT.fullmatch(text) else None


def _region(name: str, text: str) -> str | None:
    if any(char.isspace() or char in "\"',/" for char in text):
        return f"is {text!r}: a region has no blanks, quotation marks, commas or slashes in it"
    return _sample(name, text)


def _access_key(name: str, text: str) -> str | None:
    if text.startswith("arn:"):
        return "is an ARN, not an access key ID"
    if "://" in text:
        return "is an address, not an access key ID"
    inside = "has a blank, a quotation mark, a comma or a slash in it"
    wrong = inside if any(char.isspace() or char in "\"',/" for char in text) else None
    return _around(text) or wrong or _sample(name, text)


def _secret_key(name: str, text: str) -> str | None:
    if _KEY_ID.fullmatch(text):
        return "is an access key ID: the two keys are in each other's place, or the secret is missing"
    inside = "has the end of a line in it" if "\n" in text or "\r" in text else None
    return _around(text) or inside or _sample(name, text)


def _half(s3: S3Parameters) -> Fail | None:
    """The finding where only one key of the pair is there: the driver then takes neither (s3-aws/s3.go, New)."""
    there = [value for name in _PAIR if (value := s3.value(name))]
    if len(there) != 1:
        return None
    missing = next(name for name in _PAIR if s3.value(name) is None)
    other: Located = there[0]
    empty = s3.section.at(missing)
    said = "empty" if empty else "missing"
    return Fail(
        f"{missing} is {said} while {_PAIR[1 - _PAIR.index(missing)]} is set, so the registry uses neither",
        remedy=_written_anew(s3),
        evidence=(other.quote(), *((empty.quote(),) if empty else ())),
        resource=s3.setting(missing),
        failure_modes=("S3-01",),
    )


def _written_anew(s3: S3Parameters) -> Remedies:
    why = (
        "Write bucket, region, access key ID and secret key as the store gave them out, with nothing around them; or "
        "leave both keys away where the machine has a role for the bucket."
    )
    place = f"storage.{s3.driver}"
    return {
        Dialect.PLAIN: Remedy(
            f"{why} They stand below {place} in the registry's config.yml; restart the registry then."
        ),
        Dialect.OMNIBUS: Remedy(
            f"{why} They stand in registry['storage']['{s3.driver}'] in /etc/gitlab/gitlab.rb.",
            ("sudoedit /etc/gitlab/gitlab.rb", RECONFIGURE),
        ),
        Dialect.HELM: Remedy(
            f"{why} They stand in the secret that registry.storage.secret names; restart the pods then."
        ),
        Dialect.COMPOSE: Remedy(
            f"{why} They stand in the environment of the registry's service (REGISTRY_STORAGE_{s3.driver.upper()}_"
            "ACCESSKEY and so on) or in the mounted config.yml.",
            ("docker compose up -d",),
        ),
    }
