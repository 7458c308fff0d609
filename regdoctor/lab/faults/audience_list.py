"""GitLab's place is taken by an issuer that writes the audience as a list, which distribution 2.8 cannot read."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.issuing import Issuing
from regdoctor.lab.settings import Settings


def _in_a_list(settings: Settings) -> Settings:
    return replace(settings, issuing=Issuing(audience_as_list=True))


FAULT = Fault(
    title="The tokens name their audience in a JSON array, and distribution 2.8 reads a text alone",
    check="login_unauthorized",
    failure_modes=("AUTH-07",),
    settings=_in_a_list,
)
