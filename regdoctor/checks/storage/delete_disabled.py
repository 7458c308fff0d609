"""GC-01: nothing can be deleted from the registry, though GitLab means to."""

from __future__ import annotations

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Skip, check
from regdoctor.checks.auth import gitlab_user
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of, says
from regdoctor.evidence.story import Story
from regdoctor.formats.chart_rendering import UNSEEN_STORAGE
from regdoctor.formats.config_layers import holds_file
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.remedies import change
from regdoctor.sign import sign

_SETTING = "storage.delete.enabled"
_OFF = ("", "false", "no", "off", "0")


@check(
    title="Images can be deleted, where GitLab deletes them",
    severity=Severity.WARNING,
    failure_modes=("GC-01",),
    symptoms=('"code":"UNSUPPORTED","message":"The operation is unsupported."',),
    reference="https://distribution.github.io/distribution/about/configuration/#delete",
)
def delete_disabled(config: RegistryConfig, gitlab: GitLabConfig | Absent) -> Outcome:
    """Without storage.delete.enabled: true the registry answers each deletion with 405 UNSUPPORTED.

    That is the registry's default, and right where nobody is to delete. GitLab, however, deletes tags for its users
    and by cleanup policies: there the tags stay, policies seem to do nothing, and the storage grows. The text "true",
    in quotation marks, counts as off as well, and so does a misspelt one such as ture, without a word in the log.

    Set storage.delete.enabled: true, without quotation marks, and restart the registry.
    """
    enabled = config.at("storage", "delete", "enabled")
    if enabled is not None and enabled.switch():
        return Pass("deletions are enabled")
    if enabled is not None and (problem := _no_boolean(enabled)) is not None:
        return Fail(
            f"{_SETTING} is {problem}, which counts as off: the registry wants true without quotation marks",
            remedy=change(_SETTING, True, "Write true without quotation marks.", now=enabled),
            evidence=(enabled.quote(),),
            resource=_SETTING,
        )
    user = gitlab_user(config, gitlab)
    if user is None:
        return Pass("deletions are off, and no GitLab uses this registry")
    storage = config.at("storage")
    if enabled is None and storage is not None and storage.place.layer == UNSEEN_STORAGE:
        return Skip("what is not in the chart's values is in the secret with the storage, which is not read")
    if enabled is None and not holds_file(config):
        return Skip("config.yml itself is not seen here, only the environment of the registry")
    said = f"{_SETTING} is {enabled.text()}" if enabled else f"{_SETTING} is not set (the default is false)"
    return Fail(
        f"GitLab uses this registry and {said}: tags that it deletes stay",
        remedy=change(_SETTING, True, "Let GitLab delete tags and images.", now=enabled),
        evidence=(user.quote(), enabled.quote() if enabled else _section(config)),
        resource=_SETTING,
    )


def _no_boolean(enabled: Located) -> str | None:
    """What stands in the place of true or false, unless it is off that was meant, or nothing.

    Source: NewApp in registry/handlers/app.go, which looks for a bool and passes over anything else.
    """
    text = enabled.text()
    if enabled.switch() is not None or text is None or text.strip().lower() in _OFF:
        return None
    return f"the text {text!r}" if isinstance(enabled.value, str) else text


def _section(config: RegistryConfig) -> Quote:
    storage = config.at("storage")
    return storage.quote() if storage else Quote(config.source, "storage.delete is not set")


@sign(delete_disabled, kinds=(ApiKind.MANIFEST_DELETE, ApiKind.BLOB_DELETE), statuses=(405,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    """Of a digest: a tag is refused with 405 by registries that delete, too (see delete_by_tag)."""
    if call.status != 405 or call.kind not in (ApiKind.MANIFEST_DELETE, ApiKind.BLOB_DELETE) or call.api is None:
        return None
    if ":" not in call.api.reference or not answered_by_registry_or_proxy(call) or not says(call, "UNSUPPORTED"):
        return None
    return Fail(
        f"{origin_of(call)} refuses to delete, with 405 UNSUPPORTED: deletion is switched off, or it is a cache",
        evidence=(call.exchange.quote(),),
        resource=origin_of(call),
        remedy=change(_SETTING, True, "Let images be deleted, where somebody is to."),
    )
