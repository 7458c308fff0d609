"""What is said of connections that made no exchange."""

from __future__ import annotations

from regdoctor.capture.live_telling import LiveTelling, distrust, unreachable


def test_a_client_without_trust_is_told_which_store_to_use() -> None:
    words = "The client does not trust the proxy's certificate for registry.example.com (tlsv1 alert unknown ca)"
    said = distrust("registry.example.com", words, "/somewhere/mitmproxy-ca-cert.pem")
    assert "asked for registry.example.com does not trust" in said
    assert "/somewhere/mitmproxy-ca-cert.pem" in said
    assert "update-ca-certificates" in said


def test_another_end_of_tls_is_not_called_distrust() -> None:
    said = distrust("", "connection closed early", "/somewhere/ca.pem")
    assert said == (
        "A client that asked for a host that it did not name ended TLS with the proxy, so nothing of it is seen: "
        "connection closed early"
    )


def test_the_same_is_noted_once_and_stands_before_the_diagnosis() -> None:
    live = LiveTelling()
    sentence = unreachable("127.0.0.1:1", "refused")
    assert live.note("server", sentence)
    assert not live.note("server", sentence)
    assert live.summary(80).startswith("The proxy got no connection to 127.0.0.1:1: refused\n")
