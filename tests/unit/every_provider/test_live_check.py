"""`make live`, with a simulator in the provider's place: it sees what the history lacks, and tells no content."""

import json
import re
from typing import Any

import pytest

from blendify.access import connections
from blendify.access.applications import application
from blendify.access.token_vault import unseal
from blendify.core import aws
from blendify.core.data_types import DataType
from local.errors import Misconfigured
from operations.direct_reading import Direct
from operations.history_reader import HistoryReader
from operations.live import Comparison, compared, printed, refuse_loopback, simulated_fields
from tests.unit.every_provider.subject import Subject
from tests.unit.simulated import SIMULATED


def read_once_more(subject: Subject) -> list[Comparison]:
    """What the check finds after a sync."""
    connection = connections.connection(subject.user_id, subject.name)
    token = unseal(connection.tokens, provider=subject.name, user_id=subject.user_id).access_token
    direct = Direct(application(subject.name), connection.provider_user_id, token)
    history = HistoryReader(aws.client("dynamodb"), "history", subject.user_id)
    return compared(direct.everything(), history, simulated_fields(subject.name))


@pytest.mark.parametrize("provider", SIMULATED)
def test_what_is_stored_is_what_is_read_directly(subject: Subject) -> None:
    """Every data type, every list, every entry, and no field that the simulator's own answers do not have."""
    assert subject.run(*subject.provider.offered)[1] == "succeeded"
    compared = read_once_more(subject)
    assert {each.data_type for each in compared} == set(subject.provider.offered)
    for each in compared:
        assert each.served > 0
        assert (each.missing, each.surplus, each.changed, each.unmet) == (0, 0, [], []), each.data_type


@pytest.mark.parametrize("provider", SIMULATED)
def test_each_difference_is_counted(subject: Subject, capsys: pytest.CaptureFixture[str]) -> None:
    """One like more, one less, and a field that is new and another than stored; its value is not printed."""
    assert subject.run(*subject.provider.offered)[1] == "succeeded"
    subject.change("add", DataType.SAVED_TRACKS)
    subject.change("remove", DataType.SAVED_TRACKS, position=2)

    def marked(body: Any) -> Any:
        text = json.dumps(body)
        return json.loads(re.sub(r'"(name|title)":', r'"never_seen": "secret words", "\1":', text))

    subject.fault(DataType.SAVED_TRACKS, rewrite=marked)
    likes = next(each for each in read_once_more(subject) if each.data_type == DataType.SAVED_TRACKS)
    assert (likes.missing, likes.surplus) == (1, 1)
    assert any(path.endswith("never_seen") for path in likes.unmet)
    assert any(path.endswith("never_seen") for path in likes.changed)
    text = printed([likes])
    assert "never_seen" in text
    assert "secret words" not in text


@pytest.mark.parametrize("address", ["http://127.0.0.1:8480/v1", "http://localhost/", "http://[::1]:80/2.0/"])
def test_a_provider_on_this_machine_is_refused(address: str) -> None:
    """Unless the environment says that this is meant."""
    with pytest.raises(Misconfigured, match="real provider"):
        refuse_loopback(["https://api.spotify.com/v1", address], {})
    refuse_loopback([address], {"LIVE_LOOPBACK": "1"})
    refuse_loopback(["https://api.spotify.com/v1"], {})
