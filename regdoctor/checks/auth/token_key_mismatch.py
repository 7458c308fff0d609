"""AUTH-01: GitLab signs with a key that the registry does not trust."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.signer import SignerFile, SignerFiles
from regdoctor.formats.key_facts import KeyFacts


@check(
    title="GitLab signs tokens with the key that the registry trusts",
    severity=Severity.CRITICAL,
    failure_modes=("AUTH-01",),
    symptoms=(
        "token signed by untrusted key with ID",
        "error verifying that signing key is trusted",
        "failed to verify token: token signed by untrusted key with ID",
    ),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def token_key_mismatch(files: SignerFiles) -> Outcome:
    """GitLab signs tokens with its key; the registry accepts those whose key belongs to its rootcertbundle.

    Where the two are no pair, `docker login` ends in 401 Unauthorized and the registry logs `token signed by
    untrusted key with ID`. It happens when secrets were regenerated on one node only, after a restore, or when one
    of the two files was replaced by hand. The public halves are compared, of every certificate in the bundle; for
    RSA the SHA-256 of the modulus is shown as `openssl x509|rsa -noout -modulus -in FILE | openssl sha256` prints
    it.

    Omnibus: remove both files and reconfigure; they are made again, as a pair, from gitlab-secrets.json.
    Others: make a pair, give the key to GitLab and the certificate to the registry, and restart both.
    """
    bundle, key = files.bundle, files.key
    if bundle is None or key is None:
        return Skip("only one half of the pair is on this host: the two cannot be compared here")
    if not (bundle.contents and bundle.contents.certificates and key.contents and key.contents.private_keys):
        half = bundle if not (bundle.contents and bundle.contents.certificates) else key
        return Unknown(half.problem or f"{half.path} holds nothing that could be compared")
    signing = key.contents.private_keys[0]
    trusted = [certificate.key for certificate in bundle.contents.certificates]
    if any(one.spki_sha256 == signing.spki_sha256 for one in trusted):
        return Pass(f"both halves are of the key {signing.libtrust_id}")
    return Fail(
        f"GitLab signs tokens with a key that the registry does not trust: {key.path} and {bundle.path} are no pair",
        evidence=(
            key.named_by,
            *_facts(key, [signing], "rsa"),
            bundle.named_by,
            *_facts(bundle, trusted, "x509"),
        ),
        resource=bundle.path,
        remedy=_remedy(bundle, key),
    )


def _facts(file: SignerFile, keys: list[KeyFacts], command: str) -> list[Quote]:
    quotes = []
    for one in keys:
        quotes.append(Quote(file.path, f"{one.algorithm}, key ID as the registry logs it: {one.libtrust_id}", one.line))
        if one.modulus_sha256:
            quotes.append(
                Quote(
                    file.path,
                    f"openssl {command} -noout -modulus | openssl sha256: {one.modulus_sha256}",
                    one.line,
                )
            )
        else:
            quotes.append(Quote(file.path, f"SHA-256 of the public key (SPKI, DER): {one.spki_sha256}", one.line))
    return quotes


def _remedy(bundle: SignerFile, key: SignerFile) -> dict[Dialect, Remedy]:
    return {
        Dialect.OMNIBUS: Remedy(
            "Remove both files and reconfigure: they are written again as a pair from /etc/gitlab/gitlab-secrets.json. "
            "To make a new pair, delete the registry section of that file first, on every node.",
            (
                f"sudo rm {key.path} {bundle.path}",
                "sudo gitlab-ctl reconfigure",
                "sudo gitlab-ctl restart registry",
            ),
        ),
        Dialect.PLAIN: Remedy(
            "Make the certificate anew from GitLab's key, give it to the registry, and restart the registry.",
            (
                f"openssl req -x509 -new -key {key.path} -subj '/CN=gitlab-issuer' -days 3650 -out {bundle.path}",
                "sudo systemctl restart docker-registry  # or as your registry is started",
            ),
        ),
    }
