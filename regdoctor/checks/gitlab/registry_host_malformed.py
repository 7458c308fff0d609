"""GL-09: the host that GitLab shows for its registry is more than a host."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.checks.auth import gitlab_setting, registry_is_on
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located


@check(
    title="The registry's host in gitlab.yml is a host and nothing else",
    severity=Severity.ERROR,
    failure_modes=("GL-09",),
    symptoms=("invalid reference format",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def registry_host_malformed(gitlab: GitLabConfig) -> Outcome:
    """GitLab puts registry.host and registry.port before the project's path, and the result is the image's name.

    A scheme in it gives `https://registry.example.com/group/project`, which docker refuses as `invalid reference
    format`, in the page as in CI jobs (CI_REGISTRY, CI_REGISTRY_IMAGE). A path in it names a repository for which
    GitLab gives no token. A port in it comes twice where registry.port is set as well.

    Set registry.host to the bare name, and registry.port to the port where it is not 443.
    """
    host = gitlab_setting(gitlab, "registry", "host")
    if not registry_is_on(gitlab) or host is None or not host.text():
        return Skip(f"{gitlab.source} names no host of a registry that is switched on")
    text = (host.text() or "").strip()
    _, scheme, rest = text.rpartition("://")
    name, slash, path = rest.partition("/")
    bare, colon, port = (name, "", "") if name.endswith("]") else name.rpartition(":")
    bare = bare or name
    if scheme:
        return _fail(
            host, f'registry.host "{text}" holds a scheme: docker refuses the names of images made of it', bare
        )
    if slash and path:
        return _fail(host, f'registry.host "{text}" holds a path, which becomes a part of every image\'s name', bare)
    if slash:
        return _fail(host, f'registry.host "{text}" ends in a slash, which docker refuses in the names of images', bare)
    told = gitlab_setting(gitlab, "registry", "port")
    if colon and told is not None:
        return _fail(host, f'registry.host "{text}" holds a port, and registry.port comes after it', bare, told)
    if colon:
        problem = f'registry.host "{text}" holds the port, which belongs into registry.port'
        return _fail(host, problem, bare, port=port, severity=Severity.INFO)
    return Pass(f"registry.host is {text}")


def _fail(
    host: Located,
    problem: str,
    bare: str,
    other: Located | None = None,
    *,
    port: str = "",
    severity: Severity | None = None,
) -> Fail:
    return Fail(
        problem,
        evidence=(host.quote(), *((other.quote(),) if other is not None else ())),
        resource="registry.host",
        severity=severity,
        remedy=_remedy(bare, port),
    )


def _remedy(bare: str, port: str) -> Remedies:
    ruby = f"gitlab_rails['registry_host'] = \"{bare}\""
    yml = f"registry:\n  host: {bare}"
    if port:
        ruby, yml = f"{ruby}\ngitlab_rails['registry_port'] = \"{port}\"", f"{yml}\n  port: {port}"
    return {
        Dialect.OMNIBUS: Remedy("In /etc/gitlab/gitlab.rb of GitLab's node:", (ruby, "sudo gitlab-ctl reconfigure")),
        Dialect.HELM: Remedy(
            "In the values of the release:",
            (f"helm upgrade gitlab gitlab/gitlab --reuse-values --set-string 'global.hosts.registry.name={bare}'",),
        ),
        Dialect.PLAIN: Remedy("In GitLab's gitlab.yml, then restart GitLab:", (yml,)),
    }
