"""GL-01, GL-02: the key with which GitLab signs tokens is missing, or GitLab cannot read or use it."""

import shlex

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.evidence.signer import SignerFiles
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.pem import PemContents, PemKind
from regdoctor.injection import Absent


@check(
    title="GitLab can read the key that it signs registry tokens with",
    severity=Severity.CRITICAL,
    failure_modes=("GL-01", "GL-02"),
    symptoms=(
        "Errno::ENOENT: No such file or directory @ rb_sysopen",
        "Errno::EACCES: Permission denied @ rb_sysopen",
    ),
    explains=("login_unauthorized", "token_service_fails"),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def signing_key_unusable(files: SignerFiles, gitlab: GitLabConfig | Absent) -> Outcome:
    """GitLab signs each token for the registry with the key file that `registry.key` of gitlab.yml names.

    Without it nobody logs in, and a project that has container repositories cannot be deleted: GitLab answers 500.
    The latter is so also while the registry is switched off. It must be an RSA key, unencrypted
    (lib/json_web_token/rsa_token.rb of GitLab).
    Rails runs as the user git (in Omnibus), so git must be able to read the file. Omnibus writes the file only
    while gitlab_rails['registry_enabled'] is true and registry['internal_key'] is set, which it is by default.

    Omnibus: move the file away if it is there, make sure that the registry is enabled, and reconfigure.
    Others: put the private key that belongs to the registry's rootcertbundle there, readable by GitLab's user alone.
    """
    key = files.key
    if key is None:
        return Skip("no gitlab.yml names a signing key here")
    enabled = gitlab.registry("enabled") if isinstance(gitlab, GitLabConfig) else None
    if enabled is not None and enabled.text() == "false":
        return Skip("GitLab's registry is switched off in gitlab.yml, so GitLab signs no tokens")
    problem, mode = _problem(key)
    if problem:
        return _fail(key, problem, mode)
    if key.state is FileState.NOT_COPIED:
        return Unknown(key.problem)
    if key.state is not FileState.READABLE:
        return Unknown(f"{key.problem}; run as root to see what GitLab sees")
    return Pass(f"{key.path} holds a key, {_words(key)}")


def _problem(key: HostFile) -> tuple[str, str]:
    """What is wrong in words, and the failure mode; both empty where nothing is, or nothing can be said."""
    if key.readable_by_git is False:
        return f"GitLab's user git cannot read {key.path}: mode {key.mode or 0:04o}, owner {key.owner}", "GL-02"
    if key.state in (FileState.UNREADABLE, FileState.NOT_COPIED):
        return "", ""
    if key.state is not FileState.READABLE or key.contents is None:
        return key.problem, "GL-01"
    wrong = _wrong(key, key.contents)
    return (f"{key.path} {wrong}", "GL-01") if wrong else ("", "")


def _wrong(key: HostFile, contents: PemContents) -> str:
    """Why OpenSSL::PKey::RSA.new of Ruby, which takes PEM as well as DER, does not take it; empty where it does."""
    if contents.literal_newlines:
        return key.instead_of("private key")
    if contents.kind is PemKind.OPENSSH_KEY:
        return "is a key in OpenSSH's own format, which GitLab cannot read"
    if contents.private_keys:
        algorithm = contents.private_keys[0].algorithm
        return (
            "" if algorithm.startswith("RSA ") else f"holds a key of the kind {algorithm}; GitLab signs with RSA alone"
        )
    if contents.encrypted:
        return "is encrypted with a passphrase, which GitLab has not"
    return key.instead_of("private key")


def _words(key: HostFile) -> str:
    contents = key.contents
    return contents.private_keys[0].algorithm if contents and contents.private_keys else "of a kind that is not known"


def _fail(key: HostFile, problem: str, mode: str) -> Fail:
    return Fail(
        f"GitLab cannot sign tokens for the registry: {problem}",
        evidence=(key.named_by, Quote(key.path, problem)),
        resource=key.path,
        failure_modes=(mode,),
        remedy=_remedies(key),
    )


def _remedies(key: HostFile) -> Remedies:
    path = shlex.quote(key.path)
    away = () if key.state is FileState.MISSING else (f"sudo mv -f {path} {path}.wrong",)
    return {
        Dialect.OMNIBUS: Remedy(
            "Let reconfigure write the key again from gitlab-secrets.json, owned by git. It does so only while "
            "gitlab_rails['registry_enabled'] is true in /etc/gitlab/gitlab.rb.",
            (*away, "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.HELM: Remedy(
            "The chart mounts it from the secret that global.registry.certificate.secret names, key registry-auth.key. "
            "Mend that secret, then restart the pods that sign.",
            (
                "kubectl describe secret gitlab-registry-secret",
                "kubectl rollout restart deployment -l 'app in (webservice, sidekiq)'",
            ),
        ),
        Dialect.PLAIN: Remedy(
            "Put the private key that belongs to the registry's rootcertbundle there, unencrypted PEM, and let "
            "GitLab's user alone read it.",
            (f"sudo chown git:git {path}", f"sudo chmod 600 {path}"),
        ),
    }
