"""What a recorded call meant, in one short sentence for people."""

from __future__ import annotations

from regdoctor.evidence.call import Call, Part
from regdoctor.traffic import registry_meanings, store_meanings, token_meanings
from regdoctor.traffic.wording import shown, status_words


def meaning_of(call: Call, normal: bool) -> str:
    """The sentence, without final stop: `upload goes on at byte 5,242,880`.

    call: recognised but for its meaning; normal: whether it went as such calls go. Safe to show: what others wrote in
    it is redacted, in one line, and short.
    """
    recorded, exchange = call.recorded, call.exchange
    if recorded.by_recorder:
        return f"the recorder itself answered {exchange.status or 'nothing'}: {shown(recorded.by_recorder)}"
    if exchange.failure is not None:
        came = f"{exchange.status}, but not to its end" if exchange.status is not None else "no answer"
        return f"{came}: {shown(exchange.failure.message or exchange.failure.kind.value)}"
    status = exchange.status
    if status is None:
        return "no answer was recorded"
    if status < 200:
        return f"the connection was switched to another protocol, with {status}"
    match call.part:
        case Part.REGISTRY:
            return registry_meanings.meaning(call, status, normal)
        case Part.TOKEN_SERVICE:
            return token_meanings.meaning(call, status, normal)
        case Part.STORE:
            return store_meanings.meaning(call, status)
        case Part.GITLAB:
            return f"GitLab {_went(status)}"
        case Part.ELSEWHERE:
            return f"none of the registry's traffic: {_host(exchange.url)} {_went(status)}"


def _went(status: int) -> str:
    if status < 400:
        return f"answered {status}"
    return f"answered {status}: it {status_words(status)}"


def _host(url: str) -> str:
    return shown(url.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]) or "a server"
