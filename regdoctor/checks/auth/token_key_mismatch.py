"""AUTH-01: GitLab signs with a key that the registry does not trust."""

import shlex

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.host_file import HostFile
from regdoctor.evidence.signer import SignerFiles
from regdoctor.formats.key_facts import KeyFacts
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent


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
def token_key_mismatch(files: SignerFiles, config: RegistryConfig | Absent) -> Outcome:
    """GitLab signs tokens with its key; the registry accepts those whose key belongs to its rootcertbundle.

    Where the two are no pair, `docker login` ends in 401 Unauthorized and the registry logs `token signed by
    untrusted key with ID`. It happens when secrets were regenerated on one node only, after a restore, or when one
    of the two files was replaced by hand. The public halves are compared, of every certificate in the bundle; for
    RSA the SHA-256 of the modulus is shown as `openssl x509|rsa -noout -modulus -in FILE | openssl sha256` prints
    it.

    Omnibus: move both files away and reconfigure; they are made again, as a pair, from gitlab-secrets.json.
    Others: make a pair, give the key to GitLab and the certificate to the registry, and restart both.
    """
    bundle, key = files.bundle, files.key
    if bundle is None or key is None:
        return Skip("only one half of the pair is on this host: the two cannot be compared here")
    trusted = [certificate.key for certificate in bundle.contents.certificates] if bundle.contents else []
    signing = next(iter(key.contents.private_keys if key.contents else ()), None)
    if not trusted or signing is None:
        half = key if trusted else bundle
        return Unknown(half.problem or f"{half.path} holds nothing that could be compared")
    if any(one.spki_sha256 == signing.spki_sha256 for one in trusted):
        return Pass(f"both halves are of the key {signing.libtrust_id}")
    jwks = config.at("auth", "token", "jwks") if isinstance(config, RegistryConfig) else None
    if jwks is not None:
        return Unknown(
            f"{bundle.path} does not hold GitLab's key; {jwks.text()}, where distribution 3 looks too, was not read"
        )
    return Fail(
        f"GitLab signs tokens with a key that the registry does not trust: {key.path} and {bundle.path} are no pair",
        evidence=(
            key.named_by,
            *_facts(key, [signing], "rsa"),
            bundle.named_by,
            *_facts(bundle, trusted, "x509"),
        ),
        resource=bundle.path,
        remedy=_remedies(bundle, key),
    )


def _facts(file: HostFile, keys: list[KeyFacts], command: str) -> list[Quote]:
    quotes = []
    for number, one in enumerate(keys):
        name = f"key ID as the registry logs it: {one.libtrust_id}" if one.libtrust_id else "no key for tokens"
        quotes.append(Quote(file.path, f"{one.algorithm}, {name}", one.line))
        if not one.modulus_sha256:
            quotes.append(Quote(file.path, f"SHA-256 of the public key (SPKI, DER): {one.spki_sha256}", one.line))
        else:
            # openssl looks at the first in the file alone.
            how = (
                f"openssl {command} -noout -modulus -in {file.path} | openssl sha256"
                if number == 0
                else "its modulus, hashed so"
            )
            quotes.append(Quote(file.path, f"{how}: {one.modulus_sha256}", one.line))
    return quotes


def _remedies(bundle: HostFile, key: HostFile) -> Remedies:
    private, public = shlex.quote(key.path), shlex.quote(bundle.path)
    make = f"sudo openssl req -x509 -new -key {private} -subj '/CN=gitlab-issuer' -days 3650 -out {public}"
    anew = "Make the certificate anew from GitLab's key, give it to the registry, and restart the registry."
    return {
        Dialect.OMNIBUS: Remedy(
            "Move both files away and reconfigure: they are written again as a pair from "
            "/etc/gitlab/gitlab-secrets.json. To make a new pair, delete the registry section of that file first, on "
            "every node.",
            (
                f"sudo mv {private} {private}.old",
                f"sudo mv {public} {public}.old",
                "sudo gitlab-ctl reconfigure",
                "sudo gitlab-ctl restart registry",
            ),
        ),
        Dialect.HELM: Remedy(
            "Let registry.certificate.secret and global.registry.certificate.secret name one secret, whose "
            "registry-auth.key and registry-auth.crt are a pair; then restart both sides.",
            (
                "kubectl describe secret gitlab-registry-secret",
                "kubectl rollout restart deployment -l 'app in (registry, webservice, sidekiq)'",
            ),
        ),
        Dialect.COMPOSE: Remedy(anew, (make, "docker compose restart registry")),
        Dialect.PLAIN: Remedy(anew, (make, "sudo systemctl restart docker-registry  # or as your registry is started")),
    }
