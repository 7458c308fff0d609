"""S3-01, S3-02, S3-03: the registry finds no credentials for its bucket anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Unknown, check
from regdoctor.distribution.credential_chains import Source
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.product import Product
from regdoctor.evidence.s3_identity import S3Identity
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.storage_health import checks_its_storage
from regdoctor.injection import Absent

_SAID = "NoCredentialProviders"
_KNOWS_TOKENS = (2, 7, 2)
"""The first distribution whose SDK (1.25.38 or later) asks the metadata service for a token first."""


@check(
    title="The registry has credentials for its bucket",
    severity=Severity.CRITICAL,
    failure_modes=("S3-01", "S3-02", "S3-03"),
    symptoms=("NoCredentialProviders: no valid providers in chain",),
    explains=("registry_unhealthy", "health_lies"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_credentials_missing(
    identity: S3Identity, product: Product, config: RegistryConfig, debug: DebugServer | Absent
) -> Iterator[Outcome]:
    """Without accesskey and secretkey the registry looks for credentials elsewhere: in its environment, in the file
    ~/.aws/credentials of its user, and at last at the metadata service of the machine, which gives those of its role.

    Where none of these has any, every request to the bucket ends in `NoCredentialProviders: no valid providers in
    chain`, and the health check makes the registry answer 503. A registry in a container reaches the metadata service
    only where the machine allows answers to travel two hops; the machine itself is content with one. distribution up to
    2.7.1 does not ask for the token that a machine may demand (IMDSv2).

    Set accesskey and secretkey, or attach a role to the machine. For a container on such a machine let the metadata
    service answer over two hops; use distribution 2.8 or later where tokens are demanded.
    """
    problems = debug.problems if isinstance(debug, DebugServer) else None
    said = next((reason for reason in (problems or {}).values() if _SAID in reason), "")
    look = identity.metadata
    is_old = product.version != () and product.at_least(*_KNOWS_TOKENS) is False
    no_imds_v2 = identity.source is Source.INSTANCE and look is not None and look.version_1 is False and is_old
    is_well = problems == {} and checks_its_storage(config)
    if is_well and (no_imds_v2 or identity.none_found):
        reason = identity.problem or "the machine demands IMDSv2, which this version does not know"
        yield Unknown(f"{reason}; yet the registry's own health check of its storage is green")
    elif no_imds_v2:
        yield _fail(f"{product.words()} does not know IMDSv2, which this machine demands", identity, said, "S3-02")
    elif said and identity.keys is not None and identity.own_network:
        message = "The registry finds no credentials in its container, while its host has a role"
        yield _fail(message if identity.source is Source.INSTANCE else _DIFFERS, identity, said, "S3-03")
    elif said:
        yield _fail(_DIFFERS if identity.keys else "The registry finds no credentials", identity, said, "S3-01")
    elif identity.none_found and not identity.own_network:
        yield _fail("The registry has no credentials, and none are to be had here", identity, "", "S3-01")
    elif identity.keys is None:
        yield Unknown(identity.problem)
    elif identity.source is Source.INSTANCE and identity.own_network and problems is None:
        yield Unknown(f"this host has {identity.words}; whether the registry's container reaches it, only it can tell")
    else:
        yield Pass(f"it asks with {identity.words}")


_DIFFERS = "The registry finds no credentials, though there are some by now: it looks again with its next start"


def _fail(message: str, identity: S3Identity, said: str, mode: str) -> Fail:
    quotes = [*identity.looked_at, identity.named_by]
    if identity.metadata is not None and identity.metadata.quote not in quotes:
        quotes.append(identity.metadata.quote)
    if identity.problem and not said:
        quotes.append(Quote("the machine's role", identity.problem))
    if said:
        quotes.insert(0, Quote("/debug/health", " ".join(said.split())[:300]))
    return Fail(message, remedy=_REMEDIES[mode], evidence=tuple(quotes), resource="storage.s3", failure_modes=(mode,))


_PLACE = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the registry's environment, or accesskey and secretkey"
_REMEDIES: dict[str, Remedies] = {
    "S3-01": {
        Dialect.PLAIN: Remedy(
            f"Set {_PLACE} below storage.s3 in its config.yml, or attach a role to this machine that may use the "
            "bucket; then restart the registry."
        ),
        Dialect.OMNIBUS: Remedy(
            "Set accesskey and secretkey in registry['storage']['s3'] in /etc/gitlab/gitlab.rb, or attach a role to "
            "this machine that may use the bucket.",
            ("sudoedit /etc/gitlab/gitlab.rb", "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.COMPOSE: Remedy(
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment of the registry's service.",
            ("docker compose up -d",),
        ),
    },
    "S3-02": {
        Dialect.PLAIN: Remedy(
            "Use distribution 2.8 or later. Until then let the machine answer without tokens (HttpTokens optional).",
            (
                "aws ec2 modify-instance-metadata-options --http-tokens optional --instance-id "
                '"$(cat /var/lib/cloud/data/instance-id)"',
            ),
        ),
    },
    "S3-03": {
        Dialect.PLAIN: Remedy(
            "Most likely the metadata service answers over one hop only, which ends before the container: allow two. "
            "What tells is the same question from the container's network: a hop limit of one lets it time out. Else "
            "the container may have been started before the role was attached: restart it.",
            (
                "docker run --rm --network bridge curlimages/curl -m 2 -X PUT -H "
                "'X-aws-ec2-metadata-token-ttl-seconds: 60' -o /dev/null -w '%{http_code}' http://169.254.169.254/latest/api/token",
                "aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2 --instance-id "
                '"$(cat /var/lib/cloud/data/instance-id)"',
            ),
        ),
    },
}
