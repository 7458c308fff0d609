"""CFG-06, S3-37: no storage driver, or more than one."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.settings_schema import children, ungrouped
from regdoctor.distribution.storage_drivers import SIBLINGS, TAG
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.chart_rendering import UNSEEN_STORAGE
from regdoctor.formats.config_layers import holds_file, is_mapping, is_variable
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.redaction import Secret
from regdoctor.remedies import change
from regdoctor.remedies.renaming import renamed


@check(
    title="There is exactly one storage driver",
    severity=Severity.CRITICAL,
    failure_modes=("CFG-06", "S3-37"),
    symptoms=(
        "must provide exactly one storage type. Provided:",
        "Must provide exactly one storage type. Provided:",
        "multiple storage drivers specified in configuration or environment",
        "no storage configuration provided",
        "cannot unmarshal !!map into string",
    ),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#storage",
)
def storage_driver_not_one(config: RegistryConfig, product: Product) -> Outcome:
    """storage holds exactly one driver, beside the sections maintenance, cache, delete and redirect.

    With none the registry ends with `no storage configuration provided`, with two in config.yml with `must provide
    exactly one storage type. Provided: [filesystem s3]`. The images of distribution bring a config.yml along that has
    filesystem; variables such as REGISTRY_STORAGE_S3_BUCKET add s3 to it, and the registry panics with `multiple
    storage drivers specified in configuration or environment`. The section tag is known to distribution 3 alone; for
    distribution 2 and GitLab's registry it is one driver more.

    A parameter of the driver that stands beside it, not below it, counts as one more.

    Remove all drivers but one, and put parameters below theirs. With variables, set REGISTRY_STORAGE to the driver's
    name as well: that throws away all that config.yml has in storage, cache and delete included, so set those again by
    variables.
    """
    storage = config.at("storage")
    if storage is not None and storage.place.layer == UNSEEN_STORAGE:
        return Skip("the driver is configured in a Kubernetes secret")
    if storage is None or storage.decided().value is None:
        if not holds_file(config):
            return Skip("config.yml itself is not seen here, only the environment of the registry")
        return _none(storage.quote() if storage is not None else Quote(config.source, "no storage"))
    if not is_mapping(storage):
        return Skip("storage is not a mapping")
    drivers = {name: value for name, value in storage.entries().items() if name not in SIBLINGS}
    tag = storage.at(TAG)
    strayed = _strayed(drivers)
    if strayed:
        return _beside(drivers, strayed)
    if not drivers:
        return _none(storage.quote()) if holds_file(config) else Skip("config.yml itself is not seen here")
    if len(drivers) > 1:
        return _several(drivers)
    if tag is None or product.must_be(Generation.DISTRIBUTION_3):
        return Pass(next(iter(drivers)))
    if product.may_be(Generation.DISTRIBUTION_3):
        return Unknown(f"storage.tag is known to distribution 3 alone, others do not start with it; {product.reason}")
    return _several({**drivers, TAG: tag})


def _none(said: Quote) -> Fail:
    return Fail(
        "storage names no driver: the registry does not start",
        evidence=(said,),
        resource="storage",
        failure_modes=("CFG-06",),
        remedy={
            Dialect.PLAIN: Remedy(
                "Name the driver below storage in config.yml; this one keeps everything in a folder. Then restart the "
                "registry:",
                ("storage:\n  filesystem:\n    rootdirectory: /var/lib/registry",),
            ),
            Dialect.OMNIBUS: Remedy(
                "Name the driver in registry['storage'] of /etc/gitlab/gitlab.rb, or remove that line to keep all "
                "of it in gitlab_rails['registry_path']. Then reconfigure.",
                ("sudo gitlab-ctl reconfigure",),
            ),
        },
    )


def _several(drivers: dict[str, Located]) -> Fail:
    ours = [name for name, value in drivers.items() if is_variable(value)]
    mixed = 0 < len(ours) < len(drivers)
    listed = " and ".join(f"{name} ({_origin(value)})" for name, value in drivers.items())
    if mixed or TAG in drivers:
        keep = ours[0] if mixed else next(name for name in drivers if name != TAG)
        remedy = _keep(keep, [name for name in drivers if name != keep], mixed=mixed)
    else:
        remedy = _decide(list(drivers))
    return Fail(
        f"storage names {len(drivers)} drivers and takes one, so the registry does not start: {listed}",
        evidence=tuple(value.quote() for value in drivers.values()),
        resource="storage",
        failure_modes=("CFG-06", "S3-37") if mixed else ("CFG-06",),
        remedy=remedy,
    )


def _strayed(drivers: dict[str, Located]) -> list[str]:
    """What stands among the drivers and is a parameter of the one that is there."""
    single = [name for name, value in drivers.items() if not is_mapping(value) and value.text() is not None]
    others = [name for name in drivers if name not in single]
    if len(others) != 1:
        return []
    return [name for name in single if name in children(ungrouped(("storage", others[0])), None)]


def _beside(drivers: dict[str, Located], strayed: list[str]) -> Fail:
    driver = next(name for name in drivers if name not in strayed)
    first, value = strayed[0], drivers[strayed[0]]
    names = " and ".join(strayed)
    secret = isinstance(value.value, Secret)
    setting = f"storage.{driver}.{first}"
    move = f"Move {names} below {driver}, one level further in."
    return Fail(
        f"{names} {'stands' if len(strayed) == 1 else 'stand'} in storage beside the driver {driver}, not below it: "
        "the registry does not start",
        evidence=tuple(drivers[name].quote() for name in (driver, *strayed)),
        resource=f"storage.{first}",
        failure_modes=("CFG-06",),
        remedy=renamed(f"storage.{first}", setting) if secret else change(setting, value.text() or "", move),
    )


def _origin(value: Located) -> str:
    layer = {"environment": "from a variable", "default": "from the image's own config.yml"}
    return layer.get(value.place.layer, f"from {value.place.source.rpartition('/')[2]}")


def _decide(names: list[str]) -> Remedies:
    """Which of them is meant only its owner knows: the images are in the one that was used so far."""
    which = f"Decide which of {' and '.join(names)} is right: the one in which the images are."
    return {
        Dialect.PLAIN: Remedy(f"{which} Remove the others from storage in config.yml, and restart the registry."),
        Dialect.COMPOSE: Remedy(
            f"{which} Remove the others from the mounted config.yml or the service's environment, then run the "
            "command.",
            ("docker compose up -d",),
        ),
        Dialect.OMNIBUS: Remedy(
            f"{which} Keep it alone in registry['storage'] of /etc/gitlab/gitlab.rb, and reconfigure.",
            ("sudo gitlab-ctl reconfigure",),
        ),
        Dialect.HELM: Remedy(
            f"{which} Keep it alone in the secret that registry.storage.secret names, then restart the pods."
        ),
    }


def _keep(keep: str, others: list[str], *, mixed: bool) -> Remedies:
    away = " and ".join(f"storage.{name}" for name in others)
    plain = Remedy(f"Remove {away} from config.yml, and restart the registry.")
    compose = Remedy(f"{plain.text[:-1]}.", ("docker compose up -d",))
    if mixed:
        resets = (
            "It throws away all that config.yml has in storage, also cache and delete: set those by variables, too."
        )
        plain = Remedy(
            f"Add this variable, or else remove {away} from config.yml; then restart the registry. {resets}",
            (f"REGISTRY_STORAGE={keep}",),
        )
        compose = Remedy(
            f"Add this to the environment of the registry's service, then `docker compose up -d`. {resets}",
            (f"REGISTRY_STORAGE: {keep}",),
        )
    return {
        Dialect.PLAIN: plain,
        Dialect.COMPOSE: compose,
        Dialect.OMNIBUS: Remedy(
            f"Keep one driver in registry['storage'] of /etc/gitlab/gitlab.rb, without {away} and without variables in "
            "registry['env'] that begin with REGISTRY_STORAGE. Then reconfigure.",
            ("sudo gitlab-ctl reconfigure",),
        ),
        Dialect.HELM: Remedy(
            f"Keep one driver in the secret that registry.storage.secret names, without {away}, then restart the pods."
        ),
    }
