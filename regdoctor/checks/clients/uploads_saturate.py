"""CLI-07: Docker pushes so many layers at once that the line, or what stands before the registry, gives up."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, check
from regdoctor.distribution.whole_numbers import whole_number
from regdoctor.formats.docker_daemon import DockerDaemons

_DEFAULT = 5
"""Layers at once (dockerd(8), --max-concurrent-uploads)."""
_FAR_ABOVE = 20


@check(
    title="Docker pushes no more layers at once than a line bears",
    severity=Severity.INFO,
    failure_modes=("CLI-07",),
    reference="https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file",
)
def uploads_saturate(daemons: DockerDaemons) -> Iterator[Outcome]:
    """Docker pushes five layers at once. With max-concurrent-uploads far above, each gets a small part of the line.

    Then an upload takes so long that its token expires (five minutes with GitLab's default) or that a proxy breaks it
    off, and Docker begins anew: `Retrying in 5 seconds`.

    Set max-concurrent-uploads of daemon.json back to 5, or lower on a slow line, if pushes are retried.
    """
    for daemon in daemons.files:
        setting = daemon.tree.at("max-concurrent-uploads")
        count = whole_number(setting.text()) if setting is not None else None
        if setting is None or count is None or count < _FAR_ABOVE:
            yield Pass(daemon.source)
            continue
        yield Fail(
            f"Docker pushes {count} layers at once, where its own measure is {_DEFAULT}",
            evidence=(setting.quote(),),
            resource=f"{daemon.source}: max-concurrent-uploads",
            remedy={
                Dialect.PLAIN: Remedy(
                    f"If pushes are retried, set max-concurrent-uploads to {_DEFAULT} in daemon.json and let Docker "
                    "read it anew:",
                    ("sudoedit /etc/docker/daemon.json", "sudo systemctl reload docker"),
                )
            },
        )
