"""GL-24: the values rely on the MinIO that comes with the chart, which chart 10 no longer has."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, check
from regdoctor.formats.helm_values import HelmValues
from regdoctor.formats.located import Located


@check(
    title="The registry does not store in the MinIO that comes with the chart",
    severity=Severity.INFO,
    failure_modes=("GL-24",),
    reference="https://docs.gitlab.com/charts/installation/migration/bundled_chart_migration/",
)
def bundled_minio_removed(values: HelmValues) -> Outcome:
    """GitLab's chart brought a MinIO along, for trying it out. Chart 10, which is GitLab 19, has none.

    Values that switch it on do not install there: the chart stops and asks for an object store. What the registry has
    stored so far lies in the bucket `registry` of that MinIO, and goes with it.

    Before the update to chart 10, copy the bucket to an object store of your own, and name it in registry.storage.
    """
    switch, own = values.at("global", "minio", "enabled"), values.at("registry", "minio")
    storage = values.at("registry", "storage", "secret")
    if switch is not None and switch.switch() is True:
        return _fail(switch)
    if switch is None and storage is None and own is not None:
        return _fail(own)
    return Pass("the values do not ask for it")


def _fail(said: Located) -> Fail:
    remedy = Remedy(
        "Copy the bucket to an object store of your own, put its parameters into a secret, and name that one:",
        (
            "kubectl create secret generic registry-storage --from-file=config=registry-storage.yaml",
            "helm upgrade gitlab gitlab/gitlab --reuse-values --set global.minio.enabled=false "
            "--set registry.storage.secret=registry-storage --set registry.storage.key=config",
        ),
    )
    return Fail(
        "The values rely on the MinIO of the chart, which chart 10 (GitLab 19) no longer brings along",
        evidence=(said.quote(),),
        resource=said.name,
        remedy={Dialect.PLAIN: remedy},
    )
