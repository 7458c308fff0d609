"""The sentence names the innermost hop whose answer is wrong, and says what it cannot know."""

from __future__ import annotations

import dataclasses
import textwrap

import pytest

from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.hops import Asked, Hop, HopKind, Purpose
from regdoctor.evidence.trial_push import TrialPush
from regdoctor.hops.verdict import Result, Verdict, verdict
from tests.hops.conftest import HTML, NGINX, envelope, hop, page, pushed, untried, walk

K = HopKind
API = ("Docker-Distribution-Api-Version", "registry/2.0")


def of(healthy: dict[HopKind, Hop], *changed: Hop) -> Verdict:
    """The verdict on a healthy walk with these hops in the place of its own."""
    return verdict(walk(*(healthy | {one.kind: one for one in changed}).values()))


def test_where_all_is_right_every_hop_is_fine(healthy: dict[HopKind, Hop]) -> None:
    assert of(healthy) == Verdict(Result.FINE, "Every hop is fine; no push was tried (--push).")


def test_what_does_not_apply_is_not_missing(healthy: dict[HopKind, Hop]) -> None:
    said = of(healthy, untried(K.DEBUG, applicable=False), untried(K.UPSTREAM, applicable=False))

    assert said.sentence == "Every hop is fine; no push was tried (--push)."


def test_what_could_not_be_asked_is_not_called_fine(healthy: dict[HopKind, Hop]) -> None:
    said = verdict(walk(healthy[K.PUBLIC], healthy[K.TOKEN], untried(K.REGISTRY), untried(K.STORAGE)))

    assert said.result is Result.FINE
    assert said.sentence == (
        "Every hop that can be asked from here is fine: the public URL and the token service; "
        "no push was tried (--push)."
    )


def test_where_nothing_could_be_asked_the_sentence_says_why() -> None:
    said = verdict(walk(untried(K.PUBLIC), untried(K.REGISTRY)))

    assert said == Verdict(Result.NOTHING, "Nothing could be asked: for a reason.")


def test_a_403_of_the_bucket_starts_there_and_is_passed_on(healthy: dict[HopKind, Hop]) -> None:
    said = of(
        healthy,
        hop(K.STORAGE, 403, b""),
        envelope(K.REGISTRY, 500, "UNKNOWN"),
        envelope(K.UPSTREAM, 500, "UNKNOWN"),
        envelope(K.PUBLIC, 500, "UNKNOWN"),
    )

    assert said.starts_at is K.STORAGE
    assert said.sentence == (
        "The 403 starts at the bucket; the token service and the debug server are fine; "
        "the registry, the proxy's upstream and the public URL pass it on as 500."
    )


def test_a_bucket_alone_leaves_the_others_fine(healthy: dict[HopKind, Hop]) -> None:
    said = of(healthy, hop(K.STORAGE, 403, b""), untried(K.UPSTREAM, applicable=False))

    assert said.sentence == (
        "The 403 starts at the bucket; the public URL, the token service, the registry and the debug server are fine."
    )


def test_a_registry_that_does_not_listen_is_where_it_starts(healthy: dict[HopKind, Hop]) -> None:
    said = of(healthy, hop(K.REGISTRY, FailureKind.REFUSED), page(K.UPSTREAM, 502), page(K.PUBLIC, 502))

    assert (said.starts_at, said.certain) == (K.REGISTRY, True)
    assert said.sentence.startswith("The refused connection starts at the registry; ")
    assert said.sentence.endswith("the proxy's upstream and nginx pass it on as 502.")


def test_nginx_own_403_before_a_registry_that_is_fine_is_nginx(healthy: dict[HopKind, Hop]) -> None:
    said = of(healthy, page(K.PUBLIC, 403))

    assert (said.starts_at, said.certain) == (K.PUBLIC, True)
    assert said.sentence.startswith("The 403 starts at nginx; ")


def test_an_upstream_that_is_not_the_registry_is_where_it_starts(healthy: dict[HopKind, Hop]) -> None:
    said = of(healthy, hop(K.UPSTREAM, FailureKind.REFUSED), page(K.PUBLIC, 502))

    assert said.starts_at is K.UPSTREAM
    assert said.sentence.startswith("The refused connection starts at the proxy's upstream; ")


def test_a_502_before_a_registry_that_is_fine_needs_the_proxys_configuration(healthy: dict[HopKind, Hop]) -> None:
    said = of(healthy, page(K.PUBLIC, 502), untried(K.UPSTREAM))

    assert not said.certain
    assert said.sentence.startswith("The 502 starts between nginx and the registry's own port; ")
    assert said.sentence.endswith("(the proxy's configuration, or --upstream URL, would tell).")


def test_an_unsigned_difference_lies_between_public_url_and_port(healthy: dict[HopKind, Hop]) -> None:
    said = of(healthy, hop(K.PUBLIC, 404, b""), untried(K.UPSTREAM))

    assert not said.certain
    assert said.sentence.startswith("The 404 starts between the public URL and the registry's own port; ")


@pytest.mark.parametrize(
    ("public", "words", "starts_at", "certain"),
    [
        (page(K.PUBLIC, 502), "The 502 starts behind nginx, which gets no answer from there", K.UPSTREAM, False),
        (page(K.PUBLIC, 413), "The 413 starts at nginx", K.PUBLIC, True),
        (
            envelope(K.PUBLIC, 500, "UNKNOWN"),
            "The 500 starts at the registry or behind it, for its own words come through",
            K.REGISTRY,
            False,
        ),
        (hop(K.PUBLIC, FailureKind.NAME), "The failed lookup of the name starts at the public URL", K.PUBLIC, True),
        (hop(K.PUBLIC, 404, b""), "The 404 starts at the public URL or behind it", K.PUBLIC, False),
    ],
)
def test_from_outside_the_answers_author_tells(public: Hop, words: str, starts_at: HopKind, certain: bool) -> None:
    said = verdict(walk(public, untried(K.UPSTREAM), untried(K.REGISTRY), untried(K.STORAGE)))

    assert said.sentence.startswith(words)
    assert (said.starts_at, said.certain) == (starts_at, certain)
    assert said.certain or "--upstream URL, would tell" in said.sentence


def test_a_401_with_a_challenge_is_right_for_one_without_a_login(healthy: dict[HopKind, Hop]) -> None:
    challenge = ("WWW-Authenticate", 'Bearer realm="https://gitlab.example.com/jwt/auth"')
    refusals = [hop(kind, 401, b"{}", challenge, logged_in=False) for kind in (K.PUBLIC, K.REGISTRY, K.UPSTREAM)]

    assert of(healthy, *refusals).result is Result.FINE


def test_a_401_without_a_challenge_is_wrong(healthy: dict[HopKind, Hop]) -> None:
    said = of(healthy, hop(K.PUBLIC, 401, b"", logged_in=False))

    assert (said.result, said.starts_at) == (Result.FAULT, K.PUBLIC)


def test_a_login_that_is_refused_everywhere_starts_at_the_registry(healthy: dict[HopKind, Hop]) -> None:
    refused = [envelope(kind, 401, "UNAUTHORIZED") for kind in (K.PUBLIC, K.UPSTREAM, K.REGISTRY)]

    assert of(healthy, *refused).starts_at is K.REGISTRY


def test_a_page_in_the_place_of_the_registry_is_no_answer(healthy: dict[HopKind, Hop]) -> None:
    said = of(healthy, hop(K.PUBLIC, 200, b"<html>Welcome</html>", HTML))

    assert said.sentence.startswith("The foreign page starts at the proxy; ")


def test_a_token_service_that_fails_is_named_when_the_way_is_fine(healthy: dict[HopKind, Hop]) -> None:
    said = of(healthy, page(K.TOKEN, 502))

    assert said.starts_at is K.TOKEN
    assert said.sentence.startswith("The 502 starts at the token service; ")


def test_trouble_of_the_token_service_is_told_beside_another_fault(healthy: dict[HopKind, Hop]) -> None:
    said = of(healthy, page(K.TOKEN, 502), page(K.PUBLIC, 403))

    assert said.starts_at is K.PUBLIC
    assert "the token service has trouble too (502)" in said.sentence


def test_a_health_report_that_names_the_storage_points_there(healthy: dict[HopKind, Hop]) -> None:
    report = hop(K.DEBUG, 503, b'{"storagedriver_s3": "connection refused"}')
    failing = [envelope(kind, 503, "UNAVAILABLE") for kind in (K.PUBLIC, K.UPSTREAM, K.REGISTRY)]

    unseen = of(healthy, report, *failing, untried(K.STORAGE))
    seen = of(healthy, report, *failing)

    assert (unseen.starts_at, unseen.certain) == (K.STORAGE, False)
    assert unseen.sentence.startswith("The 503 starts at the storage, as the registry's own health report says")
    assert seen.sentence.startswith("The 503 starts between the registry and its storage, which answers from here")


def test_a_push_that_only_the_proxy_breaks_points_at_the_proxy(healthy: dict[HopKind, Hop]) -> None:
    refusal = Exchange("PUT", "https://registry.example.com/x", status=413, headers=(HTML,), body=NGINX)
    public = dataclasses.replace(healthy[K.PUBLIC], pushes=(pushed(K.PUBLIC, "the upload: 413", refusal),))
    registry = dataclasses.replace(healthy[K.REGISTRY], pushes=(pushed(K.REGISTRY),))

    said = of(healthy, public, registry)

    assert said.starts_at is K.PUBLIC
    assert said.sentence.startswith("The push breaks at nginx with 413; ")


def test_a_location_that_leads_away_is_told_in_short(healthy: dict[HopKind, Hop]) -> None:
    started = Exchange("POST", "https://registry.example.com/x", status=202)
    words = "Location leads away from https://a, to http://a; nothing was sent there: POST https://a → 202"
    public = dataclasses.replace(healthy[K.PUBLIC], pushes=(pushed(K.PUBLIC, words, started),))
    registry = dataclasses.replace(healthy[K.REGISTRY], pushes=(pushed(K.REGISTRY),))

    said = of(healthy, public, registry)

    assert said.sentence.startswith(
        "The push breaks at the proxy: monolithic push of 2000 bytes: Location leads away from https://a, to http://a; "
    )
    assert "nothing was sent" not in said.sentence


def test_a_login_that_may_not_push_is_no_fault_of_the_way(healthy: dict[HopKind, Hop]) -> None:
    body = b'{"errors": [{"code": "DENIED", "message": "requested access to the resource is denied"}]}'
    refused = Exchange("POST", "http://127.0.0.1:5000/x", status=403, body=body)
    registry = dataclasses.replace(healthy[K.REGISTRY], pushes=(pushed(K.REGISTRY, "refused", refused),))

    said = of(healthy, registry)

    assert (said.result, said.starts_at) == (Result.NOTHING, None)
    assert said.sentence == "Nothing was pushed: not allowed to push to a (--repository NAME); every hop is fine."


def test_where_a_push_was_wanted_and_none_took_place_that_comes_first(healthy: dict[HopKind, Hop]) -> None:
    wanted = "the registry wants a login (--username, --password-stdin)"
    before = dataclasses.replace(pushed(K.PUBLIC, wanted), exchanges=())
    tried = verdict(walk(dataclasses.replace(healthy[K.PUBLIC], pushes=(before,)), untried(K.REGISTRY)))
    untold = verdict(dataclasses.replace(walk(*healthy.values()), not_pushed="no token"))

    assert tried.result is untold.result is Result.NOTHING
    assert tried.sentence == f"Nothing was pushed: {wanted}; every hop that can be asked from here is fine."
    assert untold.sentence == "Nothing was pushed: no token; every hop is fine."


def test_a_push_through_one_hop_is_a_push(healthy: dict[HopKind, Hop]) -> None:
    before = dataclasses.replace(pushed(K.PUBLIC, "the password was not sent"), exchanges=())
    public = dataclasses.replace(healthy[K.PUBLIC], pushes=(before,))
    registry = dataclasses.replace(healthy[K.REGISTRY], pushes=(pushed(K.REGISTRY),))

    assert of(healthy, public, registry) == Verdict(Result.FINE, "Every hop is fine.")


def test_what_stays_of_pushes_is_in_the_sentence(healthy: dict[HopKind, Hop]) -> None:
    image = dataclasses.replace(pushed(K.PUBLIC), left=("an image",), image_left=True)
    layer = dataclasses.replace(pushed(K.PUBLIC), left=("its bytes",))
    images = of(healthy, dataclasses.replace(healthy[K.PUBLIC], pushes=(image, image)))
    layers = of(healthy, dataclasses.replace(healthy[K.PUBLIC], pushes=(layer,)))
    broken = of(healthy, dataclasses.replace(page(K.PUBLIC, 403), pushes=(image,)))

    assert images.sentence == "Every hop is fine; 2 images stay in the registry: see below."
    assert layers.sentence == "Every hop is fine; not all that was pushed is gone: see below."
    assert broken.sentence.endswith("; 1 image stays in the registry: see below.")


def refused_login(kind: HopKind) -> Hop:
    return envelope(kind, 401, "UNAUTHORIZED")


def test_a_login_that_is_refused_through_the_public_url_alone_clears_no_proxy(healthy: dict[HopKind, Hop]) -> None:
    alone = verdict(walk(refused_login(K.PUBLIC), untried(K.REGISTRY)))
    with_upstream = verdict(walk(refused_login(K.PUBLIC), healthy[K.UPSTREAM], untried(K.REGISTRY)))
    at_both = verdict(walk(refused_login(K.PUBLIC), refused_login(K.UPSTREAM), untried(K.REGISTRY)))

    assert (alone.starts_at, alone.certain) == (K.PUBLIC, False)
    assert alone.sentence.startswith(
        "The 401 starts at the registry, which refuses the login, or at a proxy that loses it on the way"
    )
    assert "--upstream URL, would tell" in alone.sentence
    assert with_upstream.sentence.startswith("The 401 starts at the proxy; ")
    assert at_both.sentence.startswith("The 401 starts at the proxy's upstream; ")


def test_a_token_that_is_lost_on_the_way_is_no_trouble_of_the_token_service() -> None:
    said = verdict(walk(refused_login(K.PUBLIC), refused_login(K.TOKEN), untried(K.REGISTRY)))

    assert "the token service has trouble" not in said.sentence


AWAY = "Location leads away from https://registry.example.com, to http://registry.example.com; nothing was sent there"


def led_away() -> TrialPush:
    started = Exchange("POST", "https://registry.example.com/x", status=202, headers=(API,))
    return dataclasses.replace(pushed(K.PUBLIC, AWAY, started), location="http://registry.example.com/v2/a?_state=x")


def test_a_wrong_location_seen_from_outside_is_the_proxys_or_of_http_host(healthy: dict[HopKind, Hop]) -> None:
    public = dataclasses.replace(healthy[K.PUBLIC], pushes=(led_away(),))
    said = verdict(walk(public, untried(K.UPSTREAM), untried(K.REGISTRY)))

    assert (said.result, said.starts_at, said.certain) == (Result.FAULT, K.PUBLIC, False)
    assert said.sentence == (
        "The push breaks at the proxy (its Host or X-Forwarded-Proto) or by the registry's http.host: Location leads "
        "to http://registry.example.com (--root DIR on the registry's host, or --upstream URL, would tell)."
    )


@pytest.mark.parametrize(
    ("location", "words", "starts_at"),
    [
        ("http://10.0.0.5:5000/v2/a", "The push breaks at the proxy: ", K.PUBLIC),
        ("/v2/a", "The push breaks at the proxy: ", K.PUBLIC),
        ("http://registry.example.com/v2/a", "The push breaks at the registry, by its http.host: ", K.REGISTRY),
    ],
)
def test_the_registrys_own_location_tells_whose_the_wrong_one_is(
    healthy: dict[HopKind, Hop], location: str, words: str, starts_at: HopKind
) -> None:
    public = dataclasses.replace(healthy[K.PUBLIC], pushes=(led_away(),))
    behind = dataclasses.replace(pushed(K.UPSTREAM), location=location)
    said = verdict(walk(public, dataclasses.replace(healthy[K.UPSTREAM], pushes=(behind,)), untried(K.REGISTRY)))

    assert (said.starts_at, said.certain) == (starts_at, True)
    assert said.sentence.startswith(words)
    assert "Location leads away" in said.sentence


def test_a_failure_of_tls_says_why() -> None:
    words = "registry.example.com:443: certificate not accepted: certificate has expired"
    exchange = Exchange("GET", "https://registry.example.com/v2/", failure=Failure(FailureKind.TLS, words))
    public = Hop((K.PUBLIC,), "https://registry.example.com", asked=(Asked(Purpose.REQUEST, exchange),))

    said = verdict(walk(public, untried(K.REGISTRY)))

    assert said.sentence == "The TLS failure starts at the public URL: certificate has expired."


def test_a_public_url_that_is_the_registry_itself_is_called_so(healthy: dict[HopKind, Hop]) -> None:
    alone = dataclasses.replace(envelope(K.PUBLIC, 500, "UNKNOWN"), kinds=(K.PUBLIC, K.REGISTRY))

    said = verdict(walk(alone, untried(K.STORAGE)))

    assert said.starts_at is K.REGISTRY
    assert said.sentence == "The 500 starts at the registry."


def test_a_head_without_a_body_that_is_refused_is_no_fault_and_the_sentence_says_what_happened(
    healthy: dict[HopKind, Hop],
) -> None:
    challenge = ("WWW-Authenticate", 'Bearer realm="https://gitlab.example.com/jwt/auth",service="s"')
    refused = Exchange("HEAD", "https://registry.example.com/x", status=401, headers=(challenge,))
    public = dataclasses.replace(healthy[K.PUBLIC], pushes=(pushed(K.PUBLIC, "401", refused),))

    said = of(healthy, public)

    assert said.result is Result.NOTHING
    assert said.sentence == "Nothing was pushed: not allowed to push to a (--repository NAME); every hop is fine."


def sending_on(kind: HopKind, *more: Exchange) -> Hop:
    sent = hop(kind, 307, b"", ("Location", "https://b.example/x"))
    return dataclasses.replace(sent, asked=(*sent.asked, *(Asked(Purpose.FOLLOWED, one) for one in more)))


def test_a_registry_that_sends_requests_on_to_a_right_answer_is_fine(healthy: dict[HopKind, Hop]) -> None:
    there = Exchange("GET", "https://b.example/x", status=200, body=b'{"schemaVersion": 2}')

    said = verdict(walk(sending_on(K.PUBLIC, there), healthy[K.TOKEN]))

    assert said == Verdict(Result.FINE, "Every hop is fine; no push was tried (--push).")


def test_a_wrong_answer_where_it_sends_on_starts_there(healthy: dict[HopKind, Hop]) -> None:
    there = Exchange("GET", "https://b.example/x", status=200, headers=(HTML,), body=b"<html>Sign in</html>")

    said = of(healthy, sending_on(K.PUBLIC, there))

    assert (said.starts_at, said.certain) == (K.PUBLIC, True)
    assert said.sentence.startswith("The foreign page starts where the public URL sends the request on; ")


def test_a_redirect_that_was_not_followed_is_neither_fine_nor_a_fault(healthy: dict[HopKind, Hop]) -> None:
    alone = verdict(walk(sending_on(K.PUBLIC), untried(K.REGISTRY)))
    among = of(healthy, sending_on(K.PUBLIC))

    assert alone == Verdict(
        Result.NOTHING,
        "The answer of the public URL does not tell: it sends the request on to https://b.example.",
    )
    assert (among.result, among.certain) == (Result.FINE, False)
    assert "the public URL" not in among.sentence


@pytest.mark.parametrize("length", [10, 100, 400])
def test_the_sentence_is_at_most_three_lines(healthy: dict[HopKind, Hop], length: int) -> None:
    words = f"Location leads away from https://a, to http://{'a-name.' * (length // 7)}"
    started = Exchange("POST", "https://registry.example.com/x", status=202)
    push = dataclasses.replace(healthy[K.PUBLIC], pushes=(pushed(K.PUBLIC, words, started),))
    report = hop(K.DEBUG, 503, b'{"storagedriver_s3": "%s"}' % (b"word " * (length // 5)))
    failing = [envelope(kind, 503, "UNAVAILABLE") for kind in (K.PUBLIC, K.UPSTREAM, K.REGISTRY)]
    nothing = dataclasses.replace(untried(K.PUBLIC), not_tried="word " * (length // 5))

    for walked in (
        walk(*(healthy | {K.PUBLIC: push}).values()),
        walk(*(healthy | {K.PUBLIC: push, K.UPSTREAM: page(K.UPSTREAM, 502)}).values()),
        walk(*(healthy | {one.kind: one for one in (report, *failing)}).values()),
        walk(nothing),
    ):
        sentence = verdict(walked).sentence
        assert len(textwrap.wrap(sentence, 80, break_on_hyphens=False)) <= 3
        assert sentence.endswith(".")
