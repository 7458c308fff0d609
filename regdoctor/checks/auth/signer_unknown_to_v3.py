"""AUTH-02, GL-19: distribution 3.x cannot find the key of GitLab's tokens by the ID that they name."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, check
from regdoctor.checks.auth import gitlab_realm, token_option
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.signer import SignerFiles
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent


@check(
    title="The registry knows GitLab's signing key by the ID that GitLab gives it",
    severity=Severity.ERROR,
    failure_modes=("AUTH-02", "GL-19"),
    symptoms=("failed to verify token: token signed by untrusted key with ID",),
    explains=("key_id_of_another_kind", "login_unauthorized"),
    reference="https://github.com/distribution/distribution/issues/4470",
)
def signer_unknown_to_v3(config: RegistryConfig, product: Product, files: SignerFiles | Absent) -> Outcome:
    """GitLab names its signing key in each token by an ID of libtrust: twelve groups of four letters.

    Distribution 2 and GitLab's own registry reckon the same ID from the certificate in auth.token.rootcertbundle.
    Distribution 3.x reckons another (RFC 7638), and GitLab's tokens carry no certificate (x5c) that would make up for
    it. So it finds no key, though certificate and key are a pair, and refuses every token with `token signed by
    untrusted key`.

    Use GitLab's registry or distribution 2.8 with GitLab. Or give distribution 3.x a file of keys by
    auth.token.jwks, with GitLab's public key under the ID that GitLab uses.
    """
    realm = gitlab_realm(config)
    if realm is None:
        return Skip(f"{config.source} names no realm of GitLab, so GitLab does not issue its tokens")
    if not product.may_be(Generation.DISTRIBUTION_3):
        return Pass(f"{product.words()} knows keys by the IDs that GitLab gives them")
    if product.generation is None:
        return Skip(
            f"this matters on distribution 3.x alone, and {product.reason or 'nothing tells which registry it is'}"
        )
    jwks = token_option(config, "jwks")
    if jwks is not None and jwks.text():
        return Pass(f"auth.token.jwks names the file of keys {jwks.text()}")
    key = _key_id(files)
    return Fail(
        f"This is {product.words()}: without auth.token.jwks it knows no key by the ID in GitLab's tokens"
        + (f", {key.quote.removeprefix('key ID ')}" if key else ""),
        evidence=(*product.evidence, realm.quote(), *((key,) if key else ())),
        resource="auth.token.jwks",
        remedy=_remedy(key),
    )


def _key_id(files: SignerFiles | Absent) -> Quote | None:
    """The ID that GitLab gives the key whose certificate the registry has, where that can be read."""
    bundle = files.bundle if isinstance(files, SignerFiles) else None
    certificates = bundle.contents.certificates if bundle is not None and bundle.contents else ()
    if bundle is None or not certificates or certificates[0].key.libtrust_id is None:
        return None
    return Quote(bundle.path, f"key ID {certificates[0].key.libtrust_id}", certificates[0].key.line)


def _remedy(key: Quote | None) -> Remedies:
    kid = f' Its "kid" must be {key.quote.removeprefix("key ID ")}.' if key else ""
    jwks = (
        "Or stay with 3.x: write GitLab's public key as a JWK into a file that auth.token.jwks names, with the key's "
        f'libtrust ID as its "kid".{kid}'
    )
    return {
        Dialect.COMPOSE: Remedy(
            f"Run distribution 2.8 with GitLab: in the registry's service, then `docker compose up -d`. {jwks}",
            ("image: registry:2.8.3",),
        ),
        Dialect.PLAIN: Remedy(f"Run GitLab's own registry, or distribution 2.8, with GitLab. {jwks}"),
    }
