"""GL-01, GL-02: the key with which GitLab signs tokens is missing, or GitLab cannot read or use it."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.signer import FileState, SignerFile, SignerFiles
from regdoctor.formats.pem import PemKind


@check(
    title="GitLab can read the key that it signs registry tokens with",
    severity=Severity.CRITICAL,
    failure_modes=("GL-01", "GL-02"),
    symptoms=(
        "Errno::ENOENT: No such file or directory @ rb_sysopen",
        "Errno::EACCES: Permission denied @ rb_sysopen",
    ),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def signing_key_unusable(files: SignerFiles) -> Outcome:
    """GitLab signs each token for the registry with the key file that `registry.key` of gitlab.yml names.

    Without it nobody logs in, and a project that has container repositories cannot be deleted: GitLab answers 500.
    Rails runs as the user git (in Omnibus), so git must be able to read the file. Omnibus writes the file only
    while gitlab_rails['registry_enabled'] is true and registry['internal_key'] is set, which it is by default.

    Omnibus: remove the file if it is there, make sure that the registry is enabled, and reconfigure.
    Others: put the private key that belongs to the registry's rootcertbundle there, readable by GitLab's user alone.
    """
    key = files.key
    if key is None:
        return Skip("no gitlab.yml names a signing key here")
    problem, mode = _problem(key)
    if problem:
        return _fail(key, problem, mode)
    if key.state is not FileState.READABLE:
        return Unknown(f"{key.problem}; run as root to see what GitLab sees")
    return Pass(f"{key.path} holds a key, {_words(key)}")


def _problem(key: SignerFile) -> tuple[str, str]:
    contents = key.contents
    if key.readable_by_git is False:
        return (
            f"GitLab's user git cannot read {key.path}: mode {key.mode or 0:04o}, owner {key.owner}",
            "GL-02",
        )
    if key.state is FileState.UNREADABLE:
        return "", ""
    if key.state is not FileState.READABLE or contents is None:
        return key.problem, "GL-01"
    if contents.encrypted:
        return f"{key.path} is encrypted with a passphrase, which GitLab has not", "GL-01"
    if contents.literal_newlines:
        return f"{key.path} has the two characters \\n where its lines should break", "GL-01"
    if contents.private_keys:
        return "", ""
    if contents.certificates or contents.kind is PemKind.DER_CERTIFICATE:
        return f"{key.path} holds a certificate where the private key belongs", "GL-01"
    if contents.kind is PemKind.DER_KEY:
        return f"{key.path} is a key in DER form; GitLab reads PEM", "GL-01"
    detail = f" ({contents.problems[0]})" if contents.problems else ""
    return f"{key.path} holds no private key{detail}", "GL-01"


def _words(key: SignerFile) -> str:
    contents = key.contents
    return contents.private_keys[0].algorithm if contents and contents.private_keys else "of a kind that is not known"


def _fail(key: SignerFile, problem: str, mode: str) -> Fail:
    return Fail(
        f"GitLab cannot sign tokens for the registry: {problem}",
        evidence=(key.named_by, Quote(key.path, problem)),
        resource=key.path,
        failure_modes=(mode,),
        remedy={
            Dialect.OMNIBUS: Remedy(
                "Let reconfigure write the key again from gitlab-secrets.json, owned by git. It does so only while "
                "gitlab_rails['registry_enabled'] is true in /etc/gitlab/gitlab.rb.",
                (f"sudo mv -f {key.path} {key.path}.wrong", "sudo gitlab-ctl reconfigure"),
            ),
            Dialect.PLAIN: Remedy(
                "Put the private key that belongs to the registry's rootcertbundle there, unencrypted PEM, and let "
                "GitLab's user alone read it.",
                (f"sudo chown git:git {key.path}", f"sudo chmod 600 {key.path}"),
            ),
        },
    )
