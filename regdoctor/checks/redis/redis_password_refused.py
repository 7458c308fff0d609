"""RED-03: Redis takes another password than the registry's, or none."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import join

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.redis_answer import NEEDLESS, RedisAnswer, RedisServer, RedisUse
from regdoctor.remedies import remove

_WRONG = ("WRONGPASS", "ERR invalid password", "NOPERM")
_LACKING = "NOAUTH"


@check(
    title="Redis takes the registry's password",
    severity=Severity.WARNING,
    failure_modes=("RED-03",),
    symptoms=(
        "WRONGPASS invalid username-password pair or user is disabled.",
        "NOAUTH Authentication required.",
        "ERR AUTH <password> called without any password configured for the default user",
        "ERR Client sent AUTH, but no password is set",
        "NOPERM this user has no permissions to",
        "NOPERM No permissions to access a key",
    ),
    reference="https://redis.io/docs/latest/commands/auth/",
)
def redis_password_refused(redis: RedisAnswer, product: Product) -> Iterator[Outcome]:
    """Redis answers nothing to one who does not log in as its configuration demands.

    With a wrong password it says WRONGPASS, without one NOAUTH, and to distribution 2 also an error where it has none
    and one is sent. One who logs in may still lack the right to what the registry asks (ACL): NOPERM. Nothing is cached
    then: each request asks the storage anew and deleting a blob is answered 500. GitLab's registry does not start where
    that is the server in redis.addr.

    Set the password that Redis has (requirepass, or the user's in its ACL), or remove the one that is not needed; give
    the user the rights that it lacks.
    """
    for use in redis.uses:
        yield from _of_use(use, product)


def _of_use(use: RedisUse, product: Product) -> Iterator[Outcome]:
    sentinels = use.section.master is not None
    asked = [(server, sentinels) for server in use.servers]
    asked += [(use.main, False)] if use.main is not None else []
    refused = [(server, is_sentinel) for server, is_sentinel in asked if _is_about_login(server)]
    for server, is_sentinel in refused:
        yield _judged(use, server, product, is_sentinel=is_sentinel)
    if refused:
        return
    if any(server.serves for server, _ in asked):
        yield Pass(f"{use.path}: the login is taken")
    else:
        yield Skip(f"{use.path}: no server came so far as to be asked for a login")


def _is_about_login(server: RedisServer) -> bool:
    return server.refused.startswith((*_WRONG, _LACKING)) or any(words in server.refused for words in NEEDLESS)


def _judged(use: RedisUse, server: RedisServer, product: Product, *, is_sentinel: bool) -> Outcome:
    name = "sentinelpassword" if is_sentinel else "password"
    path, setting = f"{use.path}.{name}", use.setting(name)
    needless = any(words in server.refused for words in NEEDLESS)
    if server.refused_to == "HMGET":
        return _without_rights(use, server)
    if server.refused.startswith("NOPERM") and server.refused_to != "AUTH":
        return Unknown(f"{server.address}: the user may not {server.refused_to}, which tells nothing of the registry")
    if needless and not is_sentinel and not product.must_be(Generation.DISTRIBUTION_2):
        return Unknown(f"{server.address} has no password; whether {product.words()} minds that is not known")
    if needless:
        what, remedy = "has no password, and is sent one", remove(path, "Take the password away.")
    elif server.refused.startswith(_LACKING):
        what, remedy = f"wants a password, and {path} is not set", _remedy(path, use)
    else:
        what, remedy = f"refuses {path}", _remedy(path, use)
    quotes: tuple[Quote, ...] = (server.said_by, *((setting.quote(),) if setting is not None else ()), server.quote())
    return Fail(
        # No colon: behind `redis.password:` redaction would take the next word for the password.
        f"{server.address} {what}; {use.harm}",
        remedy=remedy,
        evidence=quotes,
        resource=path,
        severity=Severity.ERROR if use.section.stops_the_start else None,
    )


def _without_rights(use: RedisUse, server: RedisServer) -> Fail:
    user = use.section.text("username") or "default"
    host, _, port = server.address.rpartition(":")
    words = ["redis-cli", "-h", host.strip("[]"), "-p", port, "acl", "setuser", user, "allkeys", "+@read", "+@write"]
    return Fail(
        f"{server.address} lets the user {user} in, who may not look up what the registry keeps there: {use.harm}",
        remedy={
            Dialect.PLAIN: Remedy(
                "Let the user read and write every key, and write the same into aclfile or redis.conf:",
                (join(words),),
            )
        },
        evidence=(server.said_by, server.quote()),
        resource=server.address,
    )


def _remedy(path: str, use: RedisUse) -> Remedies:
    where = f"{path} in the registry's config.yml"
    return {
        Dialect.PLAIN: Remedy(
            f"Set {where} to the password of the server, then restart the registry. On the server's host, this tells "
            "which it is:",
            ("sudo grep -E '^(requirepass|user|aclfile|sentinel sentinel-pass)' /etc/redis/redis.conf",),
        ),
        Dialect.OMNIBUS: Remedy(
            f"Set {path.rpartition('.')[2]} in registry['{use.path.replace('.', chr(39) + '][' + chr(39))}'] of "
            "/etc/gitlab/gitlab.rb to the password of the server, then:",
            ("sudo gitlab-ctl reconfigure",),
        ),
    }
