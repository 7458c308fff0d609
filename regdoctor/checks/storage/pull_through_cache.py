"""GC-08: a registry that is to be pushed to is told to be a cache."""

from __future__ import annotations

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.checks.auth import gitlab_user
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of, says
from regdoctor.evidence.call_tokens import product_at
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.story import Story
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.remedies import remove
from regdoctor.sign import sign

_SETTING = "proxy.remoteurl"


@check(
    title="A registry that is pushed to is not a pull-through cache",
    severity=Severity.WARNING,
    failure_modes=("GC-08",),
    symptoms=('"code":"UNSUPPORTED","message":"The operation is unsupported."',),
    explains=("delete_disabled",),
    reference="https://distribution.github.io/distribution/recipes/mirror/",
)
def pull_through_cache(config: RegistryConfig, product: Product, gitlab: GitLabConfig | Absent) -> Outcome:
    """With proxy.remoteurl the registry is a cache of another one: it takes no pushes and deletes nothing on demand.

    Both are answered with 405 UNSUPPORTED. For a mirror of Docker Hub that is as it should be. It is not where GitLab
    uses the registry, which lets projects push, or where it is told to report pushes. What is stored already cannot be
    pulled any more either, unless the other registry has it too.

    Run the cache as a registry of its own, with storage of its own, and take the section proxy away here.
    """
    remote = config.at("proxy", "remoteurl")
    if remote is None or not remote.text():
        return Pass("the registry is no pull-through cache")
    if product.must_be(Generation.GITLAB):
        return Skip("GitLab's registry knows no section proxy")
    contradicting = gitlab_user(config, gitlab) or _reports_pushes_only(config)
    if contradicting is None:
        return Pass("the registry is a pull-through cache, and nothing here means to push to it")
    return Fail(
        f"the registry is a pull-through cache of {remote.text()} and refuses pushes, which "
        f"{contradicting.name} is about",
        remedy=remove("proxy", "Let the registry take pushes again."),
        evidence=(remote.quote(), contradicting.quote()),
        resource=_SETTING,
    )


def _reports_pushes_only(config: RegistryConfig) -> Located | None:
    """The actions that a notification leaves out, where these are pulls: what is left never happens at a cache."""
    endpoints = config.at("notifications", "endpoints")
    for endpoint in endpoints.items() if endpoints else ():
        actions = endpoint.at("ignore", "actions")
        if actions is not None and "pull" in [action.text() for action in actions.items()]:
            return actions
    return None


@sign(pull_through_cache, kinds=(ApiKind.UPLOAD_START,), statuses=(405,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    """A push that is refused at its start, in the envelope: in read-only mode there is none (see readonly_left_on).

    Of manifests other registries say the same where they do not know the type (ECR), and a mount has another way.
    """
    if call.status != 405 or call.kind is not ApiKind.UPLOAD_START or not answered_by_registry_or_proxy(call):
        return None
    if not says(call, "UNSUPPORTED") or product_at(call, story).must_be(Generation.GITLAB):
        return None
    return Fail(
        f"{origin_of(call)} takes no pushes (405 UNSUPPORTED), as a registry does that is a cache of another one",
        evidence=(call.exchange.quote(),),
        resource=origin_of(call),
        remedy=remove(
            "proxy", "Push to the registry that it is a cache of. Where this one is to take pushes, let it be no cache."
        ),
    )
