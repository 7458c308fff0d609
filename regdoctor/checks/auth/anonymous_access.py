"""AUTH-13: everybody may pull, and perhaps push, without a login."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Unknown, check
from regdoctor.evidence.answers import InternalAnswer, Ping, PublicAnswer
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent


@check(
    title="The registry asks for a login",
    severity=Severity.ERROR,
    failure_modes=("AUTH-13",),
    reference="https://distribution.github.io/distribution/about/configuration/#auth",
)
def anonymous_access(
    public: PublicAnswer | Absent, internal: InternalAnswer | Absent, config: RegistryConfig | Absent
) -> Outcome:
    """A registry without an auth section serves everybody who can reach it, pull and push.

    GET /v2/ without credentials then answers 200 in place of 401. GitLab's permissions count for nothing. A
    registry that is a mirror or a public one may mean to be open: then say so with `--ignore anonymous_access`.
    Anonymous pulls of a public project in GitLab are another thing: there the registry still asks, and GitLab gives
    a token to anyone.

    Give the registry an auth section; for GitLab the token section that its documentation names the minimum.
    """
    looks = [answer.best for answer in (public,) if isinstance(answer, PublicAnswer)]
    looks += [answer.ping for answer in (internal,) if isinstance(answer, InternalAnswer)]
    answered = [look for look in looks if look.is_registry and look.exchange.status in (200, 401)]
    open_looks = [look for look in answered if look.exchange.status == 200]
    if open_looks:
        return _fail(open_looks[0], config, at_front=isinstance(public, PublicAnswer) and open_looks[0] is public.best)
    if answered:
        return Pass(f"{answered[0].endpoint.url}/v2/ answers 401 without credentials")
    if isinstance(config, RegistryConfig):
        scheme = config.auth_scheme()
        if scheme is None:
            return _judged_from_file(config)
        return Pass(f"{config.source} asks for {scheme[0]} authentication (the registry itself did not answer)")
    return Unknown("no registry answered, and no configuration was read")


def _fail(look: Ping, config: RegistryConfig | Absent, *, at_front: bool) -> Outcome:
    evidence = [look.exchange.quote()]
    if isinstance(config, RegistryConfig):
        scheme = config.auth_scheme()
        if scheme:
            return Fail(
                f"{look.endpoint.url} serves without a login, though {config.source} asks for one: it was not "
                "restarted "
                "since, or something in front logs in for everybody",
                evidence=(*evidence, scheme[1].quote()),
                resource=look.endpoint.url,
                remedy={Dialect.PLAIN: Remedy("Restart the registry, then look again."), **_RESTART},
            )
        evidence.append(Quote(config.source, "no auth section"))
    where = look.endpoint.url if at_front else f"{look.endpoint.url} (the registry's own port)"
    return Fail(
        f"Anyone can use the registry at {where} without a login",
        evidence=tuple(evidence),
        resource=look.endpoint.url,
        remedy=_REMEDY,
    )


def _judged_from_file(config: RegistryConfig) -> Outcome:
    return Fail(
        f"{config.source} has no auth section: anyone who reaches the registry can use it without a login",
        evidence=(Quote(config.source, "no auth section"),),
        resource=config.source,
        remedy=_REMEDY,
    )


_RESTART = {Dialect.OMNIBUS: Remedy("Restart the registry, then look again.", ("sudo gitlab-ctl restart registry",))}
_REMEDY = {
    Dialect.OMNIBUS: Remedy(
        "Omnibus always writes an auth section: this config.yml was edited by hand or another is in use. Reconfigure "
        "writes it again.",
        ("sudo gitlab-ctl reconfigure", "sudo gitlab-ctl restart registry"),
    ),
    Dialect.HELM: Remedy("The chart always writes an auth section; look for another registry behind this address."),
    Dialect.PLAIN: Remedy(
        "Add an auth section to the registry's config.yml and restart it. For GitLab, with its own address as realm:",
        (
            "auth:\n"
            "  token:\n"
            "    realm: https://gitlab.example.com/jwt/auth\n"
            "    service: container_registry\n"
            "    issuer: gitlab-issuer\n"
            "    rootcertbundle: /root/certs/certbundle",
        ),
    ),
}
