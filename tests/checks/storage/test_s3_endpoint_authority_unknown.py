"""The host's trust stands for the registry's, unless that is in a container."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_endpoint_authority_unknown import s3_endpoint_authority_unknown
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.s3_bucket import StoreAnswer
from regdoctor.evidence.served_tls import Distrust
from tests.checks.storage.told_buckets import PARAMETERS, bucket, silent

if TYPE_CHECKING:
    from tests.checks.conftest import Given


UNTRUSTED = replace(silent(FailureKind.TLS), distrust=Distrust(20, "unable to get local issuer certificate", 0))


def test_an_unknown_authority_is_a_finding_outside_of_containers(given: Given) -> None:
    config = given.storage(PARAMETERS)
    told = {"bucket": UNTRUSTED, "config": config}
    assert given.fail(s3_endpoint_authority_unknown, **told, installation=given.installation()).resource
    inside = given.installation(Dialect.COMPOSE)
    assert "container" in given.unknown(s3_endpoint_authority_unknown, **told, installation=inside)


def test_other_reasons_and_other_settings_are_no_finding(given: Given) -> None:
    config, host = given.storage(PARAMETERS), given.installation()
    expired = replace(UNTRUSTED, distrust=Distrust(10, "certificate has expired", 0))
    given.unknown(s3_endpoint_authority_unknown, bucket=expired, config=config, installation=host)
    given.unknown(s3_endpoint_authority_unknown, bucket=silent(), config=config, installation=host)
    for other in (PARAMETERS.replace("https", "http"), f"{PARAMETERS}, skipverify: true"):
        given.skips(s3_endpoint_authority_unknown, bucket=UNTRUSTED, config=given.storage(other), installation=host)
    first = bucket().answers[0]
    seen = bucket(answers=(StoreAnswer(first.what, replace(first.exchange, verified=True)), *bucket().answers[1:]))
    assert given.passes(s3_endpoint_authority_unknown, bucket=seen, config=config, installation=host)
