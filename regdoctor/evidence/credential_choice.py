"""Which source of credentials comes first for a registry, as far as files and variables tell it."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.distribution.credential_chains import (
    ACCESS_KEYS,
    CONTAINER_URIS,
    SECRET_KEYS,
    WEB_IDENTITY_TOKEN,
    ConfigFile,
    CredentialChain,
    Source,
)
from regdoctor.evidence.aws_settings import AwsSettings
from regdoctor.evidence.s3_identity import Keys
from regdoctor.formats.aws_profiles import Profile
from regdoctor.formats.located import Located
from regdoctor.formats.s3_parameters import S3Parameters
from regdoctor.redaction import Secret

_ROLE = "role_arn"
"""A role that is taken with whatever credentials the profile has: it comes before the keys beside it."""
_OF_CONFIG = ("credential_source", "sso_session", "sso_start_url")
_INSTEAD_OF_KEYS = (
    "credential_source",
    "web_identity_token_file",
    "sso_session",
    "sso_start_url",
    "credential_process",
)
"""Settings by which a profile without keys gets some; keys beside them win (resolveCredsFromProfile of both SDKs:
aws/session/credentials.go, config/resolve_credentials.go)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The source, with its keys where files and variables hold them."""

    source: Source
    named_by: Quote
    keys: Keys | None = None
    problem: str = ""
    """Why its keys are not to be had; empty for one that is to be asked for them."""
    passed_over: tuple[Quote, ...] = ()
    known: bool = True
    """False where a place that may hold keys could not be looked into, so that this need not be the source at all."""

    @property
    def words(self) -> str:
        """The source, for people."""
        return str(self.source)


def static_keys(s3: S3Parameters) -> Choice | None:
    """The keys of the configuration itself; None where there is no whole pair."""
    found = _static(s3)
    return found if isinstance(found, Choice) else None


def choose(chain: CredentialChain, s3: S3Parameters, settings: AwsSettings) -> Choice:
    """The first source of the chain that claims to have credentials; the machine's role where no other does."""
    passed: list[Quote] = []
    for source in chain.sources:
        found = _LOOKS[source](chain, s3, settings)
        if isinstance(found, Quote):
            passed.append(found)
        elif found is not None:
            return Choice(found.source, found.named_by, found.keys, found.problem, tuple(passed), found.known)
    return Choice(Source.INSTANCE, Quote(settings.said_by, "no keys: the machine's role"), passed_over=tuple(passed))


_Look = Choice | Quote | None


def _static(s3: S3Parameters) -> _Look:
    access, secret = s3.value("accesskey"), s3.value("secretkey")
    if access and secret:
        # No driver reads `sessiontoken`: FromParameters sets it to "" in s3.go of 2.8 and 3, and ParseParameters of
        # GitLab's s3-aws/common leaves it out. 2.8.2 was seen to send none.
        return Choice(Source.CONFIG, access.quote(), Keys(_sealed(access), _sealed(secret)))
    half = access or secret
    return Quote(half.quote().source, f"{half.quote().quote}, alone: not used", half.place.line) if half else None


def _environment(chain: CredentialChain, s3: S3Parameters, settings: AwsSettings) -> _Look:
    access, secret = settings.first(ACCESS_KEYS), settings.first(SECRET_KEYS)
    if access and secret:
        token = settings.variables.get("AWS_SESSION_TOKEN")
        keys = Keys(_sealed(access), _sealed(secret), _sealed(token) if token else None)
        return Choice(Source.ENVIRONMENT, access.quote(), keys)
    half = access or secret
    return Quote(half.place.source, f"{half.name} alone: not used", half.place.line) if half else None


def _web_identity(chain: CredentialChain, s3: S3Parameters, settings: AwsSettings) -> _Look:
    token = settings.variables.get(WEB_IDENTITY_TOKEN)
    if token is None:
        return None
    missing = "" if settings.text("AWS_ROLE_ARN") else f"{WEB_IDENTITY_TOKEN} is set, and AWS_ROLE_ARN is not"
    return Choice(Source.WEB_IDENTITY, token.quote(), problem=missing)


def _shared_file(chain: CredentialChain, s3: S3Parameters, settings: AwsSettings) -> _Look:
    if settings.credentials is None:
        # What may hold keys and was not looked into stops the search: whatever comes later is not known to count.
        quote = Quote(settings.said_by, "the shared credentials file of the registry's user")
        return Choice(
            Source.SHARED_FILE, quote, problem="which shared file the registry reads is not known", known=False
        )
    for file in settings.files(chain.config_file):
        if file.problem:
            quote = Quote(file.path, file.problem)
            return Choice(
                Source.SHARED_FILE, quote, problem=f"the shared file cannot be read: {file.problem}", known=False
            )
    profile = settings.profile(chain.config_file)
    other = _taken_over(chain, settings, profile)
    if other is not None:
        why = f"the profile {settings.profile_name(chain.config_file)} takes its credentials over by {other.name}"
        return Choice(Source.SHARED_FILE, other.quote(), problem=f"{why}, which regdoctor does not follow")
    access, secret = profile.get("aws_access_key_id"), profile.get("aws_secret_access_key")
    if access and secret:
        token = profile.get("aws_session_token")
        keys = Keys(_sealed(access), _sealed(secret), _sealed(token) if token else None)
        return Choice(Source.SHARED_FILE, access.quote(), keys)
    if not settings.credentials.profiles:
        return None
    return Quote(settings.credentials.path, f"no keys in its profile {settings.profile_name(chain.config_file)}")


def _taken_over(chain: CredentialChain, settings: AwsSettings, profile: Profile) -> Located | None:
    """The setting by which the profile's credentials come from yet another place; None where its keys count."""
    if chain.config_file is ConfigFile.NEVER:
        return None
    extended = settings.loads_config or not chain.role_needs_config
    if extended and _ROLE in profile:
        return profile[_ROLE]
    if "aws_access_key_id" in profile:  # a whole pair: `profile` has no other
        return None
    counted = (name for name in _INSTEAD_OF_KEYS if extended or name not in _OF_CONFIG)
    return next((profile[name] for name in counted if name in profile), None)


def _container(chain: CredentialChain, s3: S3Parameters, settings: AwsSettings) -> _Look:
    uri = settings.first(CONTAINER_URIS)
    return Choice(Source.CONTAINER, uri.quote()) if uri else None


def _instance(chain: CredentialChain, s3: S3Parameters, settings: AwsSettings) -> _Look:
    return None  # what is left, and only asking tells


_LOOKS = {
    Source.CONFIG: lambda _, s3, __: _static(s3),
    Source.ENVIRONMENT: _environment,
    Source.WEB_IDENTITY: _web_identity,
    Source.SHARED_FILE: _shared_file,
    Source.CONTAINER: _container,
    Source.INSTANCE: _instance,
}


def _sealed(setting: Located) -> Secret:
    """The value of a key; one that YAML read as a number is taken as its text, as the driver does."""
    if isinstance(setting.value, Secret):
        return setting.value
    return Secret(setting.text() or "", setting.name.rpartition(".")[2])
