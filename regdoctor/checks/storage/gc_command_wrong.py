"""GC-02 to GC-05: a scheduled garbage collection does nothing, or does harm."""

import re
import shlex
from collections.abc import Iterator
from itertools import chain

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.cron_jobs import CronJobs
from regdoctor.evidence.garbage_collections import StartedCollection, by_cron, by_services
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.crontab import ContainerCall, CronJob, container_call, misspelt_collection
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.remedies import change

_PAUSES = re.compile(r"\bstop\b|readonly|read-only|READONLY|\bscale\b")
"""What a command line says where it stops the registry first, or makes it read-only."""
_OLD_PLACE, _NEW_PLACE = "/etc/docker/registry/config.yml", "/etc/distribution/config.yml"


@check(
    title="The scheduled garbage collection of the registry works and does no harm",
    severity=Severity.ERROR,
    failure_modes=("GC-02", "GC-03", "GC-04", "GC-05"),
    symptoms=(
        "configuration error: configuration path unspecified",
        "configuration error: open /etc/docker/registry/config.yml: no such file or directory",
        "this filesystem is managed by the metadata database, and offline garbage collection is no longer possible",
    ),
    reference="https://docs.gitlab.com/administration/packages/container_registry/#container-registry-garbage-collection",
)
def gc_command_wrong(
    jobs: CronJobs | Absent, compose: ComposeFile | Absent, config: RegistryConfig | Absent, product: Product
) -> Iterator[Outcome]:
    """A cron job fails in silence: nobody reads its mail, and the storage grows until it is full. The same goes for a
    service of Compose that is started for the collection.

    garbage-collect needs the path of the configuration as an argument, and stops without one (`configuration path
    unspecified`) or with one that is not there; the official images of distribution 3 have it in
    /etc/distribution/config.yml, no more in /etc/docker/registry. With the metadata database of GitLab's registry it
    refuses to run, as the registry then collects online.

    Two more do harm: -m on distribution 2.8 deletes the parts of images for several architectures, whose pulls then end
    with `manifest unknown`; and a collection while the registry takes pushes deletes layers of the image that is being
    pushed. `gitlab-ctl registry-garbage-collect` stops the registry by itself.

    Correct the command, stop the registry for as long as it runs or make it read-only, and see to it that somebody
    gets its output.
    """
    # One by one: a service whose image is computed at run time leaves it open what it does, and not what cron does.
    of_cron = by_cron(jobs) if isinstance(jobs, CronJobs) else iter(())
    of_services = by_services(compose) if isinstance(compose, ComposeFile) else iter(())
    collects = False
    for job in jobs.others if isinstance(jobs, CronJobs) else ():
        misspelt = misspelt_collection(job)
        if misspelt is not None:
            collects = True
            yield _no_such_command(job, *misspelt)
    for item in chain(of_cron, of_services):
        collects = True
        found = list(_judge(item, config, item.product or product))
        yield from found or (Pass(item.said_by.quote),)
    if not collects:
        failed = [one.reason for one in (jobs, compose) if isinstance(one, Absent) and one.applicable]
        yield Unknown(failed[0]) if failed else Skip("no crontab and no Compose service here collects garbage")


def _no_such_command(job: CronJob, word: str, meant: str) -> Fail:
    return Fail(
        f"The scheduled collection calls {word}, which does not exist: nothing is collected; did you mean {meant}?",
        failure_modes=("GC-04",),
        evidence=(job.quote(),),
        resource=f"{job.place.source}:{job.place.line}",
        remedy=_edit(f"Write {meant} in the place of {word}."),
    )


def _judge(item: StartedCollection, config: RegistryConfig | Absent, product: Product) -> Iterator[Outcome]:
    yield from _configuration(item, product)
    database = config.at("database", "enabled") if isinstance(config, RegistryConfig) else None
    if database is not None and database.switch() and product.may_be(Generation.GITLAB):
        yield _fail(
            item,
            "The metadata database is on, so the registry refuses the collection",
            _drop("The registry collects online; remove the job."),
            "GC-05",
            quotes=(database.quote(),),
        )
        return
    if item.collection.dry_run:
        return
    yield from _untagged(item, product)
    yield from _while_running(item, config)


def _configuration(item: StartedCollection, product: Product) -> Iterator[Outcome]:
    named = item.collection.config
    if not named and not item.collection.by_gitlab_ctl and not item.collection.in_container:
        yield _fail(
            item,
            "The collection names no configuration file: it ends with `configuration path unspecified`",
            _edit("Give garbage-collect the path of the registry's config.yml."),
            "GC-04",
        )
    elif item.collection.in_container:
        if named == _OLD_PLACE and product.must_be(Generation.DISTRIBUTION_3):
            yield Unknown(
                f"the images of distribution 3 have {_NEW_PLACE}; whether {named} is mounted into the "
                "container cannot be told"
            )
    elif item.config_there is False:
        new = f"; distribution 3 has it in {_NEW_PLACE}" if product.must_be(Generation.DISTRIBUTION_3) else ""
        yield _fail(
            item,
            f"The collection names {named}, which does not exist{new if named == _OLD_PLACE else ''}",
            _edit("Give garbage-collect the path of the registry's own config.yml."),
            "GC-04",
        )


def _untagged(item: StartedCollection, product: Product) -> Iterator[Outcome]:
    if not item.collection.delete_untagged or item.collection.by_gitlab_ctl:
        return
    if product.must_be(Generation.DISTRIBUTION_2):
        yield _fail(
            item,
            f"-m on {product.words()} deletes the parts of images for several architectures",
            _edit("Take -m (--delete-untagged) away, or collect with the registry of distribution 3."),
            "GC-02",
            severity=Severity.WARNING,
            quotes=product.evidence[:1],
        )
    elif product.may_be(Generation.DISTRIBUTION_2):
        yield Unknown(f"whether -m deletes too much depends on the version: {product.reason or product.words()}")


def _while_running(item: StartedCollection, config: RegistryConfig | Absent) -> Iterator[Outcome]:
    if item.collection.by_gitlab_ctl or not item.by_cron or _PAUSES.search(item.command):
        return
    readonly = (
        config.at("storage", "maintenance", "readonly", "enabled") if isinstance(config, RegistryConfig) else None
    )
    if readonly is not None and readonly.switch():
        return
    yield _fail(
        item,
        "The collection runs while the registry takes pushes, and can delete layers of an image that is being pushed",
        _paused(item),
        "GC-03",
        severity=Severity.WARNING,
    )


def _paused(item: StartedCollection) -> Remedies:
    """How to collect while nothing is pushed, in the words of what runs the registry."""
    readonly = change("storage.maintenance.readonly.enabled", True, "Make the registry read-only for the collection.")
    of_gitlab = _edit("Let GitLab stop the registry for it: gitlab-ctl registry-garbage-collect.")[Dialect.PLAIN]
    why = "Stop the registry before the collection and start it afterwards, in the same line of the crontab"
    call = container_call(item.command)
    if call is None and item.collection.in_container:
        plain = Remedy(f"{why}, or make it read-only meanwhile (storage.maintenance.readonly).")
    elif call is None:
        collect = "docker-registry garbage-collect /etc/docker/registry/config.yml"
        plain = Remedy(f"{why}.", (f"systemctl stop docker-registry; {collect}; systemctl start docker-registry",))
    else:
        plain = Remedy(
            f"{why}; a new container collects, for nothing can run in one that is stopped.", (_in(call, item),)
        )
    in_compose = plain if call is not None else readonly[Dialect.COMPOSE]
    return {**readonly, Dialect.PLAIN: plain, Dialect.COMPOSE: in_compose, Dialect.OMNIBUS: of_gitlab}


def _in(call: ContainerCall, item: StartedCollection) -> str:
    """The line that stops a container, collects with its image, variables and volumes, and starts it again."""
    named = item.collection.config or _OLD_PLACE
    flags = " -m" if item.collection.delete_untagged else ""
    collect = f"garbage-collect{flags} {shlex.quote(named)}"
    name = shlex.quote(call.container)
    if call.program == "docker compose":
        return f"docker compose stop {name}; docker compose run --rm {name} {collect}; docker compose start {name}"
    variables = f"{call.program} inspect --format '{{{{range .Config.Env}}}}{{{{println .}}}}{{{{end}}}}' {name}"
    image = f"$({call.program} inspect --format '{{{{.Config.Image}}}}' {name})"
    run = f'{call.program} run --rm --env-file /dev/stdin --volumes-from {name} "{image}" {collect}'
    return f"{call.program} stop {name}; {variables} | {run}; {call.program} start {name}"


def _edit(what: str) -> Remedies:
    return {Dialect.PLAIN: Remedy(f"{what} Then run the command once by hand to see its output.")}


def _drop(what: str) -> Remedies:
    return {Dialect.PLAIN: Remedy(what)}


def _fail(
    item: StartedCollection,
    message: str,
    remedy: Remedies,
    mode: str,
    *,
    severity: Severity | None = None,
    quotes: tuple[Quote, ...] = (),
) -> Fail:
    return Fail(
        message,
        severity=severity,
        failure_modes=(mode,),
        evidence=(item.said_by, *quotes),
        resource=f"{item.said_by.source}:{item.said_by.line}",
        remedy=remedy,
    )
