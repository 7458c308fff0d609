"""Docker does not start with its daemon.json, or passes a setting of it over."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, check
from regdoctor.formats.docker_daemon import DockerDaemon, DockerDaemons, Refusal

_FLAGS = {"insecure-registry": "insecure-registries", "registry-mirror": "registry-mirrors"}
"""Options of dockerd's command line whose names in daemon.json differ. dockerd takes the former for known words and
does nothing with them (moby, daemon/config/config.go, findConfigurationConflicts; tried on 20.10)."""


@check(
    title="Docker can read its daemon.json",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-08", "CLI-11"),
    symptoms=(
        "unable to configure the Docker daemon with file /etc/docker/daemon.json",
        "json: cannot unmarshal string into Go struct field Config.insecure-registries of type []string",
        "looking for beginning of object key string",
        "the following directives don't match any configuration option",
    ),
    reference="https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file",
)
def daemon_json_unreadable(daemons: DockerDaemons) -> Iterator[Outcome]:
    """With a daemon.json that is no JSON, or a setting of another type than it wants, dockerd ends at its next start.

    It says `unable to configure the Docker daemon with file /etc/docker/daemon.json`. The daemon that runs keeps the
    settings it began with, so that the mistake shows only after a restart or a reboot, and then every container of the
    host is down, a registry among them.

    Two names are a trap: `insecure-registry` and `registry-mirror` are options of the command line. In daemon.json
    dockerd passes them over without a word; there they are called insecure-registries and registry-mirrors.

    Mend the line that is named, try the file, and restart Docker.
    """
    for daemon in daemons.files:
        found = [*(_refused(daemon, refusal) for refusal in daemon.refusals), *_passed_over(daemon)]
        yield from found
        if not found:
            yield Pass(daemon.source)


def _refused(daemon: DockerDaemon, refusal: Refusal) -> Fail:
    where = f"line {refusal.place.line}" if refusal.place.line else "the file"
    return Fail(
        f"Docker does not start with {daemon.source}: {where}: {refusal.reason}",
        evidence=(Quote(refusal.place.source, refusal.shown or refusal.reason, refusal.place.line),),
        resource=daemon.source,
        remedy=_mend("Mend that line; daemon.json is strict JSON, without comments and without a last comma."),
    )


def _passed_over(daemon: DockerDaemon) -> Iterator[Fail]:
    for name, right in _FLAGS.items():
        setting = daemon.tree.at(name)
        if setting is not None:
            yield Fail(
                f"Docker passes {name} over: in daemon.json it is called {right}",
                severity=Severity.ERROR,
                evidence=(setting.quote(),),
                resource=f"{daemon.source}: {name}",
                remedy=_mend(f"Rename {name} to {right}, whose value is a list of texts."),
            )


def _mend(what: str) -> Remedies:
    remedy = Remedy(
        f"{what} Then see that the file parses, and restart Docker.",
        (
            "sudoedit /etc/docker/daemon.json",
            "sudo python3 -m json.tool /etc/docker/daemon.json",
            "sudo systemctl restart docker",
        ),
    )
    return {Dialect.PLAIN: remedy}
