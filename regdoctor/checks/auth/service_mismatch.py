"""AUTH-06: the registry asks for tokens under a name that the token service does not write into them."""

import re
from dataclasses import replace

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.checks.auth import GITLAB_SERVICE, GITLAB_TOKEN_PATH, gitlab_realm, token_option
from regdoctor.distribution.page_authors import author_of
from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_tokens import asked_of_service, refused_in_time
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.story import Story
from regdoctor.evidence.token_trials import TokenTrials
from regdoctor.foreign_text import short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.remedies import change
from regdoctor.sign import Seen, sign

_SETTING = "auth.token.service"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,200}")
"""A service that may stand in a command: what a server writes may be anything."""
_GITLABS_PAGE = b"contact your gitlab administrator"
"""Of its page for 404 (gitlab, public/404.html)."""


@check(
    title="The tokens are issued for the service that the registry asks them for",
    severity=Severity.ERROR,
    failure_modes=("AUTH-06",),
    symptoms=("token intended for another audience",),
    explains=("login_unauthorized", "realm_answers_html"),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def service_mismatch(config: RegistryConfig | Absent, trials: TokenTrials | Absent) -> Outcome:
    """The registry tells clients its auth.token.service; they ask for a token for the service of that name.

    GitLab knows one name for its registry, `container_registry`, and answers 404 for any other: docker login fails
    before a password counts. And a token for `container_registry`, which GitLab's own requests to the registry carry,
    is refused by a registry of another name with `token intended for another audience`, so that GitLab's pages show no
    images. Another token service may give a token whose `aud` is a name of its own, whatever it was asked for: the
    registry refuses that with the same line, and says `error="invalid_token"`; other registries take tokens of any
    audience. Both show from outside, in the challenge and in the token.

    Set auth.token.service to container_registry, or to what another token service writes, and restart the registry.
    """
    seen = None if isinstance(trials, Absent) else _seen(trials)
    if isinstance(config, Absent):
        return seen or _unread(config, trials)
    told = _by_config(config)
    if isinstance(seen, Fail) and isinstance(told, Fail):
        # The line of the configuration is the better address, and the answer is its proof.
        return replace(told, evidence=(*told.evidence, *seen.evidence))
    if isinstance(seen, Fail) or (isinstance(told, Skip) and isinstance(seen, Pass)):
        return seen
    return told


def _unread(config: Absent, trials: TokenTrials | Absent) -> Outcome:
    """Neither the file nor the way of a login could be looked at."""
    if not config.applicable and isinstance(trials, Absent) and trials.applicable:
        return Unknown(trials.reason)
    return Unknown(config.reason) if config.applicable else Skip(config.reason)


def _by_config(config: RegistryConfig) -> Outcome:
    if gitlab_realm(config) is None:
        return Skip(f"{config.source} names no realm of GitLab, so GitLab does not issue its tokens")
    service = token_option(config, "service")
    if service is None or service.text() is None:
        return Skip(f"{config.source} sets no auth.token.service; without one the registry does not start at all")
    if service.text() == GITLAB_SERVICE:
        return Pass(f'auth.token.service is "{GITLAB_SERVICE}"')
    return Fail(
        f'The registry asks for tokens for "{service.text()}"; GitLab issues them for "{GITLAB_SERVICE}" alone',
        evidence=(service.quote(),),
        resource=_SETTING,
        remedy=_remedy(change(_SETTING, GITLAB_SERVICE, "Give the registry its name.", now=service)),
    )


def _seen(trials: TokenTrials) -> Outcome:
    """What the challenge and the token say."""
    issued = trials.issued
    if not trials.service or issued is None or issued.realm is None:
        return Skip("the registry's challenge names no service, or no token could be asked for")
    told = issued.asked or issued.realm
    if _is_unknown_to_gitlab(trials, told):
        return Fail(
            f'The registry asks for tokens for "{short(trials.service)}"; GitLab answers 404 to that, and issues them '
            f'for "{GITLAB_SERVICE}" alone',
            evidence=(_challenge(trials), told.quote()),
            resource=_SETTING,
            remedy=_remedy(
                change(
                    _SETTING,
                    GITLAB_SERVICE,
                    "Give the registry its name; if it has that, a proxy in front writes another WWW-Authenticate.",
                )
            ),
        )
    if issued.mixed:
        return Skip("some answers take the token, so it is not its audience that the others mind")
    if issued.ping is not None and issued.ping.status == 200:
        return Pass(f"a token {issued.source} is accepted")
    token = issued.token
    if token is None:
        return Unknown("the token service gave no token whose audience can be read")
    if trials.service in token.audience:
        return Pass(f'the tokens are issued for "{short(trials.service)}", as the registry asks')
    written = short(" ".join(token.audience)) or "nobody"
    if not issued.refused or not issued.called_invalid or issued.ping is None:
        return Unknown(f'the token is for "{written}", not for "{short(trials.service)}", and is not called invalid')
    return Fail(
        f'The registry asks for tokens for "{short(trials.service)}" and refuses the one that it gets: its aud is '
        f'"{written}"',
        evidence=(
            _challenge(trials),
            Quote(f"token {issued.source}", f"aud {written}"),
            issued.ping.quote("WWW-Authenticate"),
        ),
        resource=_SETTING,
        remedy=_either_side(token.audience),
    )


def _is_unknown_to_gitlab(trials: TokenTrials, answer: Exchange) -> bool:
    """Whether GitLab says that it has no such service: 404 without a body (jwt_controller.rb, `head :not_found`).

    Its workhorse, or a proxy, may put a page in the body's place. A page that does not name GitLab may be that of
    any other server, which has no such path; that is said elsewhere.
    """
    address = read_web_address(trials.realm)
    if address is None or not address.path.endswith(GITLAB_TOKEN_PATH) or answer.status != 404:
        return False
    if answer.method == "POST":
        return False  # GitLab answers so to the OAuth2 form, whatever the service
    if trials.service == GITLAB_SERVICE:
        return False
    author = author_of(answer.status, answer.headers, answer.body)
    is_gitlabs = (author is not None and author.name == "GitLab") or _GITLABS_PAGE in answer.body.lower()
    return not answer.body.strip() or is_gitlabs


def _challenge(trials: TokenTrials) -> Quote:
    words = f'WWW-Authenticate: Bearer realm="{trials.realm_in_words}",service="{short(trials.service)}"'
    return Quote(f"GET {trials.registry}/v2/", words)


def _either_side(audience: tuple[str, ...]) -> Remedies:
    why = (
        "Let the token service write the service that it is asked for into aud, or, where its name is fixed, give the "
        "registry that name."
    )
    if len(audience) == 1 and _PLAIN_NAME.fullmatch(audience[0]):
        return change(_SETTING, audience[0], why)
    return {Dialect.PLAIN: Remedy(f"{why} That is auth.token.service in its config.yml; restart it afterwards.")}


def _remedy(usual: Remedies) -> Remedies:
    """Omnibus writes the right name always, so there the file or a variable was changed."""
    omnibus = Remedy(
        "Omnibus always writes container_registry: config.yml was edited by hand, or registry['env'] in "
        "/etc/gitlab/gitlab.rb sets REGISTRY_AUTH_TOKEN_SERVICE. Take that out, and reconfigure.",
        ("sudo gitlab-ctl reconfigure", "sudo gitlab-ctl restart registry"),
    )
    return {**usual, Dialect.OMNIBUS: omnibus}


@sign(service_mismatch, parts=(Part.REGISTRY, Part.TOKEN_SERVICE), statuses=(401, 404))
def _in_traffic(call: Call, story: Story) -> Seen:
    """GitLab's 404 to a service that it does not know, and a token for another audience that is called invalid."""
    trials = asked_of_service(call, story) if call.status == 404 else refused_in_time(call, story)
    if trials is None:
        return None
    told = _seen(trials)
    return replace(told, resource=trials.registry or _SETTING) if isinstance(told, Fail) else None
