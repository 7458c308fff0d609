"""The one sentence: what failed and where, else what was found, else that nothing was."""

from __future__ import annotations

from dataclasses import replace

from regdoctor.evidence.recorded import Recorded
from regdoctor.traffic.answer import wrong_in
from regdoctor.traffic.telling import Telling
from tests.traffic.conversation import Conversation
from tests.traffic.seen_exchanges import CHALLENGE, PAGE, errors, exchanged

HERE = "http://127.0.0.1:5001"


def sentence(*recorded: Recorded) -> str:
    telling = Telling()
    for one in recorded:
        telling.take(one)
    return telling.end().sentence


def test_a_recording_without_a_registry_says_so() -> None:
    assert sentence() == "No call of a registry is in this recording (0 calls)."
    page = exchanged("GET https://www.example.com/", 200, ())
    assert sentence(page) == "No call of a registry is in this recording (1 call)."


def test_what_goes_well_is_counted_by_its_kind() -> None:
    talk = Conversation()
    talk.login()
    talk.push("group/app", "1", "one")
    talk.pull("group/app", "1", "one")
    talk.pull("group/other", "1", "one")
    assert sentence(*talk.said) == f"{len(talk.said)} calls, one login, one push and two pulls: nothing found wrong."


def test_who_asks_for_what_is_not_there_is_named_and_nothing_is_wrong() -> None:
    said = sentence(exchanged("GET /v2/group/app/manifests/1", 404, body=errors("MANIFEST_UNKNOWN", "unknown")))
    assert said == ("1 call, one pull: nothing found wrong; the pull of group/app asked for what is not there.")


def test_the_step_that_failed_comes_before_what_was_found_and_others_are_counted() -> None:
    talk = Conversation()
    for repository in ("group/app", "group/other"):
        talk.begin(repository)
        talk.push_blob(repository, "one", verified=403)
    said = sentence(*talk.said)
    assert said == (
        'The bucket refused HEAD of a blob (403): the push of group/app failed at "verify blob". 1 session more failed.'
    )


def test_a_server_that_fails_and_one_that_does_not_answer_are_told_apart() -> None:
    put = "PUT /v2/group/app/manifests/1"
    assert sentence(exchanged(put, 500)).startswith("The registry failed at PUT of a manifest (500): ")
    assert sentence(exchanged(put, None)).startswith("The registry did not answer PUT of a manifest: ")


def test_a_path_that_the_api_does_not_have_reads_as_a_sentence() -> None:
    known = exchanged("GET /v2/", 200)
    said = sentence(known, exchanged("HEAD /v2/group/app/nothing", 500))
    assert said.startswith("The registry failed at HEAD of a path that its API does not have (500): ")
    assert said.endswith(" failed there.")
    assert "unknown to the registry" not in said


def test_several_findings_of_one_check_are_one_cause() -> None:
    starts = [
        exchanged(
            f"POST https://{host}/v2/a/blobs/uploads/", 202, (("Location", f"http://{host}/v2/a/blobs/uploads/u"),)
        )
        for host in ("one.example.com", "two.example.com")
    ]
    telling = Telling()
    for start in starts:
        telling.take(start)
    diagnosis = telling.end()
    names = {row.check for row in wrong_in(diagnosis.report)}
    assert len(diagnosis.report.causes) > len(names) == 1
    assert diagnosis.sentence.endswith(", and 1 cause found: location_wrong_scheme.")


def test_what_a_recorder_cannot_see_is_said_and_is_no_cause() -> None:
    said = sentence(replace(exchanged("GET /v2/", 401, CHALLENGE), capture_origin=HERE))
    assert said == "1 call: nothing found wrong; what went to https://gitlab.example.com is not recorded."


def test_beside_a_cause_what_a_recorder_cannot_see_is_not_counted() -> None:
    ping = replace(exchanged("GET /v2/", 401, CHALLENGE), capture_origin=HERE)
    redirected = exchanged(
        "POST /v2/a/blobs/uploads/", 202, (("Location", "http://registry.example.com/v2/a/blobs/uploads/u"),)
    )
    assert sentence(ping, redirected).endswith(", and 1 cause found: location_wrong_scheme.")


def test_a_page_in_the_place_of_an_answer_is_quoted() -> None:
    said = sentence(exchanged("GET /v2/group/app/manifests/1", 200, (("Content-Type", "text/html"),), PAGE))
    assert said.startswith("A page for people in the place of the registry's answer: ")
