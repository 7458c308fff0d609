"""RL-04: a mirror of Docker is given a user's name and password, which Docker does not take."""

import re
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, check
from regdoctor.formats.docker_daemon import DockerDaemons

_LOGIN = re.compile(r"(?i)https?://[^/?#]*@")


@check(
    title="Docker's mirrors are named without a login",
    severity=Severity.CRITICAL,
    failure_modes=("RL-04",),
    symptoms=("invalid mirror: username/password not allowed in URI",),
    reference="https://docs.docker.com/docker-hub/image-library/mirror/",
)
def mirror_with_login(daemons: DockerDaemons) -> Iterator[Outcome]:
    """Docker sends no credentials to a mirror, and does not start when the mirror's URL holds some.

    It says `invalid mirror: username/password not allowed in URI`. Nor does a `docker login` help: a mirror that asks
    for one is passed over, and images come from Docker Hub with its limits.

    Take the login out of the URL, and let the mirror serve without one to the hosts that may use it.
    """
    mirrors = [mirror for daemon in daemons.files for mirror in daemon.listed("registry-mirrors")]
    if not mirrors:
        yield Skip("daemon.json names no mirrors")
        return
    found = [mirror for mirror in mirrors if _LOGIN.match(mirror.text() or "")]
    for mirror in found:
        yield Fail(
            f"Docker does not start: {mirror.name} holds a login, and a mirror can have none",
            evidence=(mirror.quote(),),
            resource=f"{mirror.place.source}: {mirror.name}",
            remedy={
                Dialect.PLAIN: Remedy(
                    "Take user, password and @ out of the URL, let the mirror serve this host without a login, and "
                    "restart Docker.",
                    ("sudoedit /etc/docker/daemon.json", "sudo systemctl restart docker"),
                )
            },
        )
    if not found:
        yield Pass()
