"""Commands for Google's own command line can be pasted."""

from __future__ import annotations

from regdoctor.check import Dialect
from regdoctor.remedies.google import at_google, gcloud, grant_role


def test_words_of_a_stranger_are_quoted() -> None:
    assert gcloud("storage", "buckets", "describe", "gs://a; rm -r b") == (
        "gcloud storage buckets describe 'gs://a; rm -r b'"
    )


def test_a_role_is_granted_to_the_account_that_is_known() -> None:
    (command,) = grant_role("images", "a@p.iam.gserviceaccount.com")

    assert "gs://images --member=serviceAccount:a@p.iam.gserviceaccount.com --role=roles/storage.objectAdmin" in command
    assert grant_role("images", "") == ()


def test_the_remedy_serves_every_installation() -> None:
    remedies = at_google("Do it.", "gcloud info")

    assert (remedies[Dialect.PLAIN].text, remedies[Dialect.PLAIN].commands) == ("Do it.", ("gcloud info",))
