"""GL-01, GL-02, AUTH-10: the token service answers with an error of its own, or with no token."""

from urllib.parse import urlsplit

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Unknown, check
from regdoctor.checks.auth import GITLAB_TOKEN_PATH
from regdoctor.checks.auth.realm_without_tls import challenge_of
from regdoctor.distribution.page_authors import author_of, is_page
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_trials import TokenTrials, Trial

_GATEWAY = (502, 503, 504)


@check(
    title="The token service answers without an error of its own",
    severity=Severity.ERROR,
    failure_modes=("GL-01", "GL-02", "AUTH-10", "AUTH-11"),
    symptoms=(
        "500 Internal Server Error",
        "Requesting bearer token: invalid status code from registry 500",
        "authorization server did not include a token in the response",
    ),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def token_service_fails(trials: TokenTrials) -> Outcome:
    """The registry is well; the service that it sends clients to for tokens is not.

    A GitLab that answers 500 to /jwt/auth alone, while its pages work, most likely cannot read the key that it signs
    with, or finds none: its log production.log has `Errno::ENOENT` or `Errno::EACCES` with the key's path. 502, 503 and
    504 come from the proxy before GitLab, or from its Workhorse: GitLab is starting, overloaded, or down. An answer of
    200 without a token comes from a program that is no token service.

    See that GitLab itself runs, then read its log of the moment of the login, and mend what it names. Of a missing key,
    put the private key that belongs to the registry's rootcertbundle where `registry.key` of gitlab.yml says, readable
    by GitLab's user.
    """
    trial = trials.issued
    if trial is None or trial.realm is None:
        return Unknown("the token service was not asked")
    asked = trial.realm
    if asked.failure is not None or asked.status is None:
        return Unknown(f"no complete answer came: {asked.quote().quote}")
    if asked.status in _GATEWAY:
        return _unavailable(trials, asked)
    if asked.status >= 500:
        return _broken(trials, asked)
    if asked.status == 200 and _gave_none(trial, asked):
        return Fail(
            f"{trials.realm_in_words} answers 200 without a token: it is no token service",
            evidence=(challenge_of(trials), asked.quote()),
            resource=trials.realm_in_words,
            failure_modes=("AUTH-11",),
            remedy={
                Dialect.PLAIN: Remedy(
                    "Set auth.token.realm to the address of the token service; GitLab's is its own address with "
                    "/jwt/auth after it."
                )
            },
        )
    return Pass(f"{trials.realm_in_words} answers {asked.status}")


def _unavailable(trials: TokenTrials, asked: Exchange) -> Fail:
    author = author_of(asked.status, asked.headers, asked.body)
    known = author is not None and author.sure and not author.is_registry
    who = f" with a page of {author.name}" if author is not None and known else ""
    because = (Quote(asked.url.partition("?")[0], author.because),) if author is not None and author.because else ()
    return Fail(
        f"The token service {trials.realm_in_words} is not available: it answers {asked.status}{who}",
        evidence=(challenge_of(trials), asked.quote("Retry-After"), *because),
        resource=trials.realm_in_words,
        failure_modes=("AUTH-10",),
        remedy=_RUNNING,
    )


def _broken(trials: TokenTrials, asked: Exchange) -> Fail:
    is_gitlab = urlsplit(trials.realm).path.rstrip("/").endswith(GITLAB_TOKEN_PATH)
    cause = (
        "; most likely GitLab's signing key is missing (Errno::ENOENT in production.log) or unreadable for it "
        "(Errno::EACCES)"
    )
    return Fail(
        f"The token service {trials.realm_in_words} fails: it answers {asked.status}{cause if is_gitlab else ''}",
        evidence=(challenge_of(trials), asked.quote()),
        resource=trials.realm_in_words,
        failure_modes=("GL-01", "GL-02") if is_gitlab else ("AUTH-10",),
        remedy=_READ_THE_LOG if is_gitlab else _ITS_OWN_LOG,
    )


def _gave_none(trial: Trial, asked: Exchange) -> bool:
    """Whether an object came that has no token; a page is another matter (realm_answers_html)."""
    is_object = isinstance(asked.json(), dict) and not asked.truncated
    return is_object and trial.token is None and trial.ping is None and not is_page(asked.headers, asked.body)


_ITS_OWN_LOG: Remedies = {
    Dialect.PLAIN: Remedy("Read the log of the token service, of the moment of the login, and mend what it names.")
}
_READ_THE_LOG: Remedies = {
    Dialect.PLAIN: Remedy(
        "On GitLab's host, log/production.log has the reason. If it is the key, put the private key that belongs to "
        "the registry's rootcertbundle where registry.key of gitlab.yml says, and let GitLab's user alone read it; if "
        "it is not, the rest of GitLab most likely answers 500 as well, and that comes first."
    ),
    Dialect.OMNIBUS: Remedy(
        "On GitLab's host, production.log has the reason. If it is the key, reconfigure writes it again from "
        "gitlab-secrets.json; after that restart the registry on its host, so that both have the same pair.",
        (
            "sudo grep -E 'Errno::|OpenSSL::' /var/log/gitlab/gitlab-rails/production.log | tail -n 5",
            "sudo ls -l /var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key",
            "sudo gitlab-ctl reconfigure",
        ),
    ),
    Dialect.HELM: Remedy(
        "The log of webservice has the reason. The key is in the secret that global.registry.certificate.secret names, "
        "under registry-auth.key.",
        (
            "kubectl logs -l app=webservice -c webservice --tail=2000 | grep -E 'Errno::|OpenSSL::' | tail -n 5",
            "kubectl describe secret gitlab-registry-secret",
        ),
    ),
}
_RUNNING: Remedies = {
    Dialect.PLAIN: Remedy(
        "Start GitLab, or wait until it has started, and see that the proxy in front of it reaches it; then log in "
        "again."
    ),
    Dialect.OMNIBUS: Remedy(
        "On GitLab's host, see which of its services is down, and start it; after a start it takes minutes.",
        ("sudo gitlab-ctl status", "sudo gitlab-ctl tail puma"),
    ),
    Dialect.HELM: Remedy(
        "See whether the pods of webservice are ready.", ("kubectl get pods -l app=webservice", "kubectl get ingress")
    ),
}
