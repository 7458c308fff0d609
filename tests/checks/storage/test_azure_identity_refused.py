"""What Azure says of a refused key is told apart: the key, the clock, the network."""

from __future__ import annotations

import dataclasses

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.azure_identity_refused import azure_identity_refused
from regdoctor.distribution.azure_operations import AzureOperation
from regdoctor.distribution.s3_operations import Area
from regdoctor.evidence.azure_access import AzureAccess, AzureCall
from regdoctor.evidence.exchange import Exchange
from regdoctor.formats.azure_parameters import AzureContainer, AzureIdentity
from tests.checks.conftest import SAID, Given

WHERE = AzureContainer("https://images.blob.core.windows.net", "images", "registry", "", legacy=False)


def access(exchange: Exchange) -> AzureAccess:
    return AzureAccess(WHERE, SAID, (AzureCall(AzureOperation.LIST, Area.BUCKET, "", exchange),))


def refused(given: Given, code: str, ahead: float = 0.0) -> AzureAccess:
    dated = given.date(WHERE.url, ahead, ("x-ms-error-code", code), ("Server", "Windows-Azure-Blob/1.0"))
    return access(Exchange("GET", WHERE.url, status=403, headers=dated.headers, started=dated.started))


@pytest.mark.parametrize(
    ("code", "ahead", "words", "mode"),
    [
        ("AuthenticationFailed", 0.0, "does not accept the account key of images", "S3-09"),
        ("AuthenticationFailed", 840.0, "does not accept the account key of images", "S3-09"),
        ("AuthenticationFailed", 86400.0, "clock is 1440 min from Azure's", "S3-19"),
        ("AuthenticationFailed", -1800.0, "clock is 30 min from Azure's", "S3-19"),
        ("KeyBasedAuthenticationNotPermitted", 0.0, "takes no account keys any more", "S3-09"),
        ("AuthorizationFailure", 86400.0, "network rules of the storage account images", "S3-09"),
    ],
)
def test_the_reason_is_told(given: Given, code: str, ahead: float, words: str, mode: str) -> None:
    fail = given.fail(azure_identity_refused, access=refused(given, code, ahead))
    assert words in fail.message
    assert fail.failure_modes == (mode,)
    assert Dialect.PLAIN in fail.remedy


def test_another_refusal_tells_nothing_of_the_key(given: Given) -> None:
    assert "ContainerNotFound" in given.unknown(azure_identity_refused, access=refused(given, "ContainerNotFound"))


def test_a_page_of_somebody_else_is_not_understood(given: Given) -> None:
    page = given.exchange(WHERE.url, 200, given.html, body=b"<html>Welcome</html>")
    assert "not understood" in given.unknown(azure_identity_refused, access=access(page))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AADSTS7000215", "AADSTS7000215, the client's secret is wrong"),
        ("AADSTS7000222", "AADSTS7000222, the client's secret has expired"),
        ("AADSTS50034", "AADSTS50034, its registration"),
    ],
)
def test_entra_ids_refusal_of_a_token_is_told_with_its_code(given: Given, code: str, words: str) -> None:
    body = f'{{"error":"invalid_client","error_description":"{code}: and so on"}}'.encode()
    answer = Exchange("POST", "https://login.microsoftonline.com/t/oauth2/v2.0/token", status=401, body=body)
    found = AzureAccess(WHERE, SAID, (), identity=AzureIdentity.CLIENT_SECRET, refused_token=answer)
    fail = given.fail(azure_identity_refused, access=found)
    assert words in fail.message
    assert code in found.unusable


def test_a_refused_token_is_no_account_key(given: Given) -> None:
    found = dataclasses.replace(refused(given, "InvalidAuthenticationInfo"), identity=AzureIdentity.DEFAULT)
    assert "does not accept the token" in given.fail(azure_identity_refused, access=found).message
