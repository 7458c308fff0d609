"""PROXY-17 kin: nginx does not start, for its own grammar forbids what is written."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, check
from regdoctor.checks.proxy import RELOAD
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_grammar import GrammarFault, grammar_faults


@check(
    title="nginx takes its configuration",
    severity=Severity.CRITICAL,
    failure_modes=(),
    symptoms=(
        "[emerg] invalid number of arguments in",
        "[emerg] unknown directive",
        "directive is not allowed here",
        'is not terminated by ";"',
    ),
    explains=(
        *("registry_unreachable", "not_a_registry", "body_size_limited", "location_wrong_scheme"),
        *("location_shows_upstream", "location_loses_port", "proxy_timeout_short", "request_buffering"),
    ),
    reference="https://nginx.org/en/docs/beginners_guide.html#conf_structure",
)
def nginx_refuses(nginx: NginxConfig) -> Iterator[Outcome]:
    """nginx reads all its files before it does anything, and one directive that is wrong keeps all of it from starting.

    A running nginx keeps its old configuration and says nothing to clients: the fault shows at the next restart, when
    every site of the host is gone. A missing semicolon makes the next directive an argument of this one (`invalid
    number of arguments in "proxy_set_header" directive`), a letter too few makes a name that nginx does not know
    (`unknown directive`), and a directive in a block where it cannot stand is `not allowed here`.

    Correct the line that is named, and let `nginx -t` read the files before nginx does.
    """
    found = [fault for tree in nginx.trees for fault in grammar_faults(tree)]
    for fault in found:
        yield Fail(
            f"nginx does not start: {fault.says}{_why(fault)}",
            evidence=(_name_alone(fault),),
            resource=fault.directive.where(),
            remedy=_remedies(fault),
        )
    if not found:
        yield Pass("every directive has the place and the arguments that nginx wants, as far as they are known")


def _name_alone(fault: GrammarFault) -> Quote:
    """The directive without its arguments: of one that nginx does not know, nothing tells whether they are secret."""
    place = fault.directive.place
    return Quote(place.source, f"{fault.directive.name} …", place.line)


def _why(fault: GrammarFault) -> str:
    if fault.swallowed:
        return f', for the semicolon before "{fault.swallowed}" is missing'
    return f', did you mean "{fault.meant}"' if fault.meant else ""


def _remedies(fault: GrammarFault) -> Remedies:
    where = fault.directive.where()
    if fault.swallowed:
        text = f"End the directive {fault.directive.name} of {where} with a semicolon, before {fault.swallowed}."
    elif fault.meant:
        text = f"Write {fault.meant} in {where}."
    else:
        text = f"Correct {fault.directive.name} in {where}."
    return {
        Dialect.PLAIN: Remedy(f"{text} Then test the files and reload nginx:", (RELOAD,)),
        Dialect.COMPOSE: Remedy(
            f"{text} Then start the proxy anew and look at what it says:",
            ("docker compose up -d --force-recreate", "docker compose logs --tail 50"),
        ),
        Dialect.OMNIBUS: Remedy(
            f"{text} Where Omnibus wrote the file, the line comes from a custom configuration of nginx in "
            "/etc/gitlab/gitlab.rb: correct it there.",
            ("sudo gitlab-ctl reconfigure", "sudo /opt/gitlab/embedded/sbin/nginx -t -p /var/opt/gitlab/nginx"),
        ),
    }
