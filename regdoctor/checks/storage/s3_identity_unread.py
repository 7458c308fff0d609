"""S3-01: the registry is given an identity by a way that its version does not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.credential_chains import (
    ACCESS_KEYS,
    CONTAINER_URIS,
    DISTRIBUTION_2,
    SECRET_KEYS,
    WEB_IDENTITY_TOKEN,
    ConfigFile,
    CredentialChain,
    Source,
    chains_of,
)
from regdoctor.evidence.aws_settings import AwsSettings
from regdoctor.evidence.credential_choice import choose
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.product import Product
from regdoctor.evidence.s3_access import S3Access
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.formats.storage_health import checks_its_storage
from regdoctor.injection import Absent

_REACHED = (Source.INSTANCE, Source.CONTAINER)
"""Where a registry ends up that passes over what is nearer."""
_REFUSED = ("NoCredentialProviders", "AccessDenied", "no EC2 IMDS role found", "failed to refresh cached credentials")
"""What its health report says where it asks as nobody, or as somebody who may not: the SDKs' own words, and S3's."""


@check(
    title="The registry reads the AWS identity that it is given",
    severity=Severity.ERROR,
    failure_modes=("S3-01",),
    symptoms=("NoCredentialProviders: no valid providers in chain",),
    explains=("s3_credentials_missing", "registry_unhealthy"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_identity_unread(
    config: RegistryConfig,
    settings: AwsSettings,
    product: Product,
    debug: DebugServer | Absent,
    access: S3Access | Absent,
) -> Iterator[Outcome]:
    """Without accesskey and secretkey the registry looks for credentials by itself, in an order of its own.

    distribution 2 takes AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, then the file ~/.aws/credentials of its user,
    then the machine's role. It passes over a web identity (AWS_WEB_IDENTITY_TOKEN_FILE, as Amazon's Kubernetes service
    gives it to pods), the role of a container (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) and ~/.aws/config, and so asks
    as the machine, or as nobody. distribution 3 and GitLab's registry know them all; ~/.aws/config where
    AWS_SDK_LOAD_CONFIG is set. One key of the pair alone counts for none of them, and a profile that no file has is
    passed over without a word. No version reads storage.s3.sessiontoken, so that temporary keys do not work there.

    The machine's role may well do: then this is only worth knowing. Where the registry is refused, it is the cause.

    Give the registry its keys by a way that its version reads, or use distribution 3, which knows the others.
    """
    s3 = s3_parameters(config)
    if s3 is None:
        yield Skip("no storage in S3 is configured here")
        return
    working = _works(config, debug, access)
    yield from _told(_sessiontoken(s3), working)
    chains = chains_of(s3.driver, product.candidates())
    choices = [choose(chain, s3, settings) for chain in chains]
    first = choices[0]
    unseen = settings.unseen if first.source in _REACHED or not first.known else ""
    if unseen or not first.known:
        # Whom it would ask as then, s3_credentials_missing judges by trying.
        yield Skip(f"what it is given is not all seen here: {unseen or first.problem}")
        return
    if any(choice.source not in _REACHED for choice in choices):
        yield Pass("it has keys of its own, or a web identity that it reads")
        return
    found = list(_unread(chains[0], settings))
    if len(chains) > 1 and found:
        yield Unknown(f"which registry this is, is not known; {chains[0].name} does not read {found[0].resource}")
        return
    yield from _told(found, working)
    if not found:
        yield Pass("nothing is set that it does not read")


def _works(config: RegistryConfig, debug: DebugServer | Absent, access: S3Access | Absent) -> bool | None:
    """Whether the registry gets at its bucket as whoever it asks as now; None where nothing tells."""
    problems = debug.problems if isinstance(debug, DebugServer) else None
    if problems is not None and any(word in reason for reason in problems.values() for word in _REFUSED):
        return False
    if problems == {} and checks_its_storage(config):
        return True
    if isinstance(access, Absent) or access.unusable:
        return None
    return not access.forbidden


def _told(found: Iterable[Fail], working: bool | None) -> Iterator[Outcome]:
    """What is not read, as an error only where the registry is seen to be refused for want of it."""
    for one in found:
        if working:
            yield Pass(f"{one.message}; it asks as somebody else, who may use the bucket")
        else:
            yield replace(one, severity=None if working is False else Severity.INFO)


def _sessiontoken(s3: S3Parameters) -> Iterator[Fail]:
    token = s3.value("sessiontoken")
    if token is not None and s3.value("accesskey") and s3.value("secretkey"):
        setting = s3.setting("sessiontoken")
        yield _fail(setting, f"{setting} is read by no version: its keys are sent without it", token.quote(), _LASTING)


def _unread(chain: CredentialChain, settings: AwsSettings) -> Iterator[Fail]:
    web, role = settings.variables.get(WEB_IDENTITY_TOKEN), settings.first(CONTAINER_URIS)
    half = _half(settings)
    if half is not None:
        other = "AWS_SECRET_ACCESS_KEY" if half.name in ACCESS_KEYS else "AWS_ACCESS_KEY_ID"
        yield _fail(half.name, f"{half.name} is set without {other}, so the registry uses neither", half.quote(), _PAIR)
    if web is not None and not chain.reads(Source.WEB_IDENTITY):
        yield _fail(web.name, f"{chain.name} does not read {web.name}", web.quote(), _NEWER)
    if role is not None and not chain.reads(Source.CONTAINER):
        yield _fail(role.name, f"{chain.name} does not read {role.name}", role.quote(), _NEWER)
    yield from _profile(chain, settings)


def _half(settings: AwsSettings) -> Located | None:
    access, secret = settings.first(ACCESS_KEYS), settings.first(SECRET_KEYS)
    return (access or secret) if not (access and secret) else None


def _profile(chain: CredentialChain, settings: AwsSettings) -> Iterator[Fail]:
    """What the shared files have under another name than the one that is asked for, or where it is not read."""
    name, file = settings.profile_name(chain.config_file), settings.credentials
    asked = settings.variables.get("AWS_PROFILE")
    if asked is not None and file is not None and not settings.profile(chain.config_file):
        yield _fail(asked.name, f"AWS_PROFILE is {name}, and {file.path} has no such profile", asked.quote(), _FILE)
        return
    config = settings.config
    profile = config.profiles.get(name, {}) if config is not None else {}
    key = profile.get("aws_access_key_id")
    if config is None or key is None or "aws_secret_access_key" not in profile:
        return
    if not settings.reads_config(chain.config_file):
        never = chain.config_file is ConfigFile.NEVER
        why = "not read by it" if never else "not read without AWS_SDK_LOAD_CONFIG"
        yield _fail(config.path, f"The keys in {config.path} are {why} ({chain.name})", key.quote(), _FILE)


def _fail(resource: str, message: str, quote: Quote, remedy: Remedies) -> Fail:
    return Fail(message, remedy=remedy, evidence=(quote,), resource=resource)


_PAIR: Remedies = {
    Dialect.PLAIN: Remedy(
        "Set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment of the registry's service, or neither "
        "of them, and restart the registry."
    ),
    Dialect.OMNIBUS: Remedy(
        "Set both keys in registry['env'] in /etc/gitlab/gitlab.rb, or neither of them.",
        ("sudoedit /etc/gitlab/gitlab.rb", "sudo gitlab-ctl reconfigure"),
    ),
}
_NEWER: Remedies = {
    Dialect.PLAIN: Remedy(
        f"Use distribution 3, which reads it; or give the registry keys that {DISTRIBUTION_2.name} reads: "
        "storage.s3.accesskey with storage.s3.secretkey in its config.yml, or AWS_ACCESS_KEY_ID with "
        "AWS_SECRET_ACCESS_KEY in its environment. Restart the registry then."
    ),
    Dialect.COMPOSE: Remedy(
        "Use the image registry:3, which reads it; or give the service AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        ("docker compose up -d",),
    ),
}
_FILE: Remedies = {
    Dialect.PLAIN: Remedy(
        "Put both keys into the file .aws/credentials in the home folder of the registry's user, under the profile "
        "that AWS_PROFILE names, or under [default] where it is not set; then restart the registry."
    ),
}
_LASTING: Remedies = {
    Dialect.PLAIN: Remedy(
        "Set lasting keys of an IAM user in storage.s3 and leave sessiontoken out; or set the three temporary ones as "
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN in the registry's environment instead."
    ),
}
