"""AUTH-01 to be: gitlab-secrets.json holds another pair than the files that are in use."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.signer import SignerFiles
from regdoctor.formats.gitlab_secrets import GitLabSecrets
from regdoctor.formats.key_facts import KeyFacts
from regdoctor.formats.pem import read_pem


@check(
    title="gitlab-secrets.json holds the registry's key pair that is in use",
    severity=Severity.ERROR,
    failure_modes=("AUTH-01", "GL-23"),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def registry_secrets_differ(secrets: GitLabSecrets, files: SignerFiles) -> Outcome:
    """Omnibus writes the token signer's key and certificate from gitlab-secrets.json at each reconfigure.

    Where that file holds something else than what is in use, the next reconfigure swaps the files: on this node
    alone, when GitLab and the registry are on separate nodes or when there are several; then logins fail with
    `token signed by untrusted key`. And where the pair in gitlab-secrets.json is itself no pair, they fail
    everywhere. It comes of a restore without gitlab-secrets.json, of copying that file to a node without a
    reconfigure, or of editing it by hand.

    Omnibus: decide which pair is right (on several nodes: the one that all must share), put it into gitlab-secrets.json
    on every node, and reconfigure.
    """
    if secrets.internal_key is None or secrets.internal_certificate is None:
        return Skip(f"{secrets.source} has no key pair for the registry")
    key = read_pem(secrets.internal_key.reveal().encode(), f"{secrets.source} (registry.internal_key)")
    certificate = read_pem(secrets.internal_certificate.encode(), f"{secrets.source} (registry.internal_certificate)")
    if not key.private_keys or not certificate.certificates:
        broken = "internal_key" if not key.private_keys else "internal_certificate"
        return _fail(secrets, f"registry.{broken} in {secrets.source} cannot be read as PEM", ())
    ours = key.private_keys[0]
    kept = [one.key for one in certificate.certificates]
    signing, trusted = _signing(files), _trusted(files)
    if signing is None and not trusted:
        return Unknown("neither half in use could be read, so there is nothing to compare with gitlab-secrets.json")
    if not _holds(kept, ours) and _is_written_here(files):
        return _fail(
            secrets,
            "registry.internal_key and registry.internal_certificate are no pair",
            (_quote(secrets, "internal_key", ours), _quote(secrets, "internal_certificate", kept[0])),
        )
    differing = _differing(files, ours)
    if not differing:
        return Pass(f"the key in {secrets.source} is the one in use")
    if signing is not None and trusted and len(differing) == 1:
        # One half agrees: the files are no pair, and reconfigure mends that. Nothing is wrong with the secrets.
        return Pass(f"one half in use differs from {secrets.source}; the next reconfigure writes the right one")
    return _fail(
        secrets,
        f"{secrets.source} holds another key pair than the one in use; the next reconfigure swaps it",
        (_quote(secrets, "internal_key", ours), *differing),
    )


def _signing(files: SignerFiles) -> KeyFacts | None:
    """The key that GitLab signs with, where it can be read."""
    keys = files.key.contents.private_keys if files.key and files.key.contents else ()
    return keys[0] if keys else None


def _trusted(files: SignerFiles) -> list[KeyFacts]:
    """The keys that the registry trusts."""
    certificates = files.bundle.contents.certificates if files.bundle and files.bundle.contents else ()
    return [certificate.key for certificate in certificates]


def _is_written_here(files: SignerFiles) -> bool:
    """Whether reconfigure writes the certificate that this host's registry trusts.

    It writes gitlab-registry.crt only (omnibus-gitlab, recipes of registry). Where the registry is on another host, or
    registry['rootcertbundle'] names a file of one's own, the certificate in gitlab-secrets.json is in use nowhere.
    """
    return files.bundle is not None and files.bundle.path.endswith("/gitlab-registry.crt")


def _holds(keys: list[KeyFacts], wanted: KeyFacts) -> bool:
    return any(one.spki_sha256 == wanted.spki_sha256 for one in keys)


def _differing(files: SignerFiles, ours: KeyFacts) -> list[Quote]:
    """What is in use and is not `ours`, a quotation each."""
    found: list[Quote] = []
    signing, trusted = _signing(files), _trusted(files)
    if files.key and signing and signing.spki_sha256 != ours.spki_sha256:
        found.append(Quote(files.key.path, f"key ID {signing.libtrust_id}", signing.line))
    if files.bundle and trusted and not _holds(trusted, ours):
        found.append(Quote(files.bundle.path, f"key ID {trusted[0].libtrust_id}", trusted[0].line))
    return found


def _quote(secrets: GitLabSecrets, name: str, facts: KeyFacts) -> Quote:
    line = secrets.internal_key_line if name == "internal_key" else secrets.internal_certificate_line
    return Quote(secrets.source, f"registry.{name}: {facts.algorithm}, key ID {facts.libtrust_id}", line)


def _fail(secrets: GitLabSecrets, problem: str, quotes: tuple[Quote, ...]) -> Fail:
    path = "/etc/gitlab/gitlab-secrets.json"
    remedy = Remedy(
        "Decide which pair is right; with several nodes, it must be the same on all. Keep a copy of "
        "gitlab-secrets.json, put the right pair into its registry section on every node, then reconfigure each. To "
        "have a new pair made, delete that section on one node, reconfigure it, and copy the section to the others.",
        (f"sudo cp -p {path} {path}.before", f"sudoedit {path}", "sudo gitlab-ctl reconfigure"),
    )
    return Fail(
        problem,
        evidence=quotes or (Quote(secrets.source, problem, secrets.internal_key_line),),
        resource=secrets.source,
        remedy={Dialect.PLAIN: remedy},
    )
