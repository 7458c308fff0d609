"""Finds out as whom the registry asks its bucket, in the order of its own SDK, and gets the same keys."""

from __future__ import annotations

from regdoctor.check import Quote
from regdoctor.distribution.credential_chains import (
    CONTAINER_TOKEN_FILE,
    CONTAINER_URIS,
    SDK_2,
    CredentialChain,
    Source,
    chains_of,
)
from regdoctor.evidence.aws_settings import AwsSettings
from regdoctor.evidence.credential_choice import Choice, choose
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Product
from regdoctor.evidence.s3_identity import Keys, MetadataLook, S3Identity
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.instance_metadata import is_loopback, metadata_url, role_of_container, role_of_machine
from regdoctor.probes.token_file import read_token
from regdoctor.probes.web_identity import role_by_web_identity, sts_url
from regdoctor.redaction import Secret

_COPY = "the files are a copy: nobody was asked for the credentials of a role"


@probe(
    reads="whose keys the registry takes: its configuration, the AWS_* variables of its process, the .aws folder of "
    "its user; only where these lead there, its role's temporary keys, from the token service, the container's or the "
    "machine's metadata service",
    limit=10.0,
    network=True,
)
def s3_identity(
    installation: Installation,
    config: RegistryConfig,
    product: Product,
    settings: AwsSettings | Absent,
    door: Http,
) -> S3Identity:
    """The identity, or why it is not known. Raises NotApplicableError for another storage than S3."""
    s3 = s3_parameters(config)
    if s3 is None:
        raise NotApplicableError("the registry does not store in S3")
    static = s3.value("accesskey") is not None and s3.value("secretkey") is not None
    given = AwsSettings("", unseen=settings.reason) if isinstance(settings, Absent) else settings
    chains = chains_of(s3.driver, product.candidates())
    choices = [choose(chain, s3, given) for chain in chains]
    first = choices[0]
    if given.unseen and not static:
        problem = f"the registry's configuration has no accesskey and secretkey, and {given.unseen}"
        return S3Identity(None, "", _nothing_named(s3), problem=problem, own_network=given.own_network)
    if any((one.source, one.named_by) != (first.source, first.named_by) for one in choices):
        words = " or ".join(f"{one.source} ({chain.name})" for chain, one in zip(chains, choices, strict=True))
        problem = f"which registry this is, is not known, so that it may ask with {words}"
        return S3Identity(None, "", first.named_by, problem=problem, own_network=given.own_network)
    return _resolved(first, chains[0], s3, given, installation, door)


def _resolved(
    choice: Choice,
    chain: CredentialChain,
    s3: S3Parameters,
    settings: AwsSettings,
    installation: Installation,
    door: Http,
) -> S3Identity:
    keys, problem, words, look = choice.keys, choice.problem, choice.words, None
    none_found = False
    if keys is None and not problem:
        if not installation.live:
            problem = _COPY
        elif choice.source is Source.INSTANCE:
            keys, look, problem, none_found = _of_machine(door, settings)
            words = f"the role {look.role}, by {'IMDSv2' if look.version_2 else 'IMDSv1'}" if look and keys else words
        else:
            keys, problem, words = _of_role(choice.source, chain, s3, settings, door)
    source = None if none_found else choice.source
    named_by = look.quote if look is not None and keys is not None else choice.named_by
    return S3Identity(
        source, words, named_by, keys, problem, none_found, choice.passed_over, look, settings.own_network
    )


def _of_machine(door: Http, settings: AwsSettings) -> tuple[Keys | None, MetadataLook | None, str, bool]:
    if settings.text("AWS_EC2_METADATA_DISABLED").lower() == "true":
        return None, None, "no keys are set, and AWS_EC2_METADATA_DISABLED forbids to ask for the machine's role", True
    url = metadata_url(
        settings.text("AWS_EC2_METADATA_SERVICE_ENDPOINT"), settings.text("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
    )
    keys, look = role_of_machine(door, url)
    # A role whose keys did not come, or a service that is slow or unwell, is not the same as none.
    return keys, look, look.problem, keys is None and look.no_role


def _of_role(
    source: Source,
    chain: CredentialChain,
    s3: S3Parameters,
    settings: AwsSettings,
    door: Http,
) -> tuple[Keys | None, str, str]:
    if source is Source.CONTAINER:
        keys, problem = _of_container(door, settings)
        return keys, problem, "the container's role"
    role = settings.text("AWS_ROLE_ARN")
    region = s3.text("region") or settings.text("AWS_REGION")
    url = sts_url(region, s3.text("regionendpoint") or "", settings, sdk_2=chain is SDK_2)
    if url and "://" not in url:
        url = f"{'https' if s3.encrypted_transport else 'http'}://{url}"
    keys, problem = role_by_web_identity(door, url, settings)
    return keys, problem, f"the role {role}, by web identity"


def _of_container(door: Http, settings: AwsSettings) -> tuple[Keys | None, str]:
    full, relative = (settings.text(name) for name in CONTAINER_URIS)
    if settings.own_network and is_loopback(full):
        # Whoever listens on this host's loopback is somebody else, and would be given the token.
        return None, f"{full} is an address within the registry's own network, which only it can ask"
    said = settings.text("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    token = Secret(said, "credentials") if said else None
    if settings.text(CONTAINER_TOKEN_FILE):
        token, problem = read_token(settings, CONTAINER_TOKEN_FILE)
        if problem:
            return None, problem
    if token is not None and any(char in token.reveal() for char in "\r\n"):
        return None, "the token for the container's credentials has a line break in it, and no SDK sends such a one"
    return role_of_container(door, full, relative, token)


def _nothing_named(s3: S3Parameters) -> Quote:
    place = s3.section.place
    return Quote(place.source, f"storage.{s3.driver} without accesskey and secretkey", place.line)
