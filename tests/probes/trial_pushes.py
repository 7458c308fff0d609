"""Trial pushes to a fake registry."""

from __future__ import annotations

from typing import Any

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.trial_push import Manner, TrialPush
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probes.ledger import Ledger
from regdoctor.probes.trial_push import TRIAL_REPOSITORY, push_trial
from regdoctor.redaction import Secret
from regdoctor.target import Login

LOGIN = Login("alice", Secret("correct horse", "password"))
BASIC = TokenSource(True, "", "", "", scheme="basic", login=LOGIN)
OPEN = TokenSource(False, "", "", "")
NONE = Absent("none")


def push(url: str, ledger: Ledger, door: Http, **options: Any) -> TrialPush:
    """A push that is open to all, of the smallest layer."""
    given: dict[str, Any] = {
        "manner": Manner.CHUNKED,
        "size": 1024,
        "source": OPEN,
        "installation": NONE,
        "config": NONE,
        "deadline": 10.0,
        "public": True,
    }
    where = Endpoint(url, Quote("", ""))
    return push_trial(where, options.pop("repository", TRIAL_REPOSITORY), door=door, ledger=ledger, **given | options)
