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
    ours, trusted = key.private_keys[0], certificate.certificates[0].key
    if ours.spki_sha256 != trusted.spki_sha256:
        return _fail(
            secrets,
            "registry.internal_key and registry.internal_certificate are no pair",
            (_quote(secrets, "internal_key", ours), _quote(secrets, "internal_certificate", trusted)),
        )
    in_use = _in_use(files)
    if not in_use:
        return Unknown("neither half in use could be read, so there is nothing to compare with gitlab-secrets.json")
    differing = {path: facts for path, facts in in_use.items() if facts.spki_sha256 != ours.spki_sha256}
    if not differing:
        return Pass(f"the pair in {secrets.source} is the one in use")
    if len(differing) < len(in_use):
        # One half agrees: the files are no pair, and reconfigure mends that. Nothing is wrong with the secrets.
        return Pass(f"the pair in {secrets.source} is one, and what reconfigure will write")
    return _fail(
        secrets,
        f"{secrets.source} holds another key pair than the one in use; the next reconfigure swaps it",
        (
            _quote(secrets, "internal_key", ours),
            *(Quote(path, f"key ID {facts.libtrust_id}", facts.line) for path, facts in differing.items()),
        ),
    )


def _quote(secrets: GitLabSecrets, name: str, facts: KeyFacts) -> Quote:
    line = secrets.internal_key_line if name == "internal_key" else secrets.internal_certificate_line
    return Quote(secrets.source, f"registry.{name}: {facts.algorithm}, key ID {facts.libtrust_id}", line)


def _in_use(files: SignerFiles) -> dict[str, KeyFacts]:
    """The public key of each half in use, by path."""
    found: dict[str, KeyFacts] = {}
    if files.key and files.key.contents and files.key.contents.private_keys:
        found[files.key.path] = files.key.contents.private_keys[0]
    if files.bundle and files.bundle.contents and files.bundle.contents.certificates:
        found[files.bundle.path] = files.bundle.contents.certificates[0].key
    return found


def _fail(secrets: GitLabSecrets, problem: str, quotes: tuple[Quote, ...]) -> Fail:
    remedy = Remedy(
        "Decide which pair is right; with several nodes, it must be the same on all. Keep a copy of "
        "gitlab-secrets.json, "
        "put the right pair into its registry section on every node, then reconfigure each. To have a new pair made, "
        "delete that section on one node, reconfigure it, and copy the section to the others.",
        (
            f"sudo cp {secrets.source} {secrets.source}.before",
            "sudo gitlab-ctl reconfigure",
        ),
    )
    return Fail(problem, evidence=quotes, resource=secrets.source, remedy={Dialect.PLAIN: remedy})
