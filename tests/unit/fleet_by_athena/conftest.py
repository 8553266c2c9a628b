"""Athena over an empty bucket."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from blendify.core import aws
from blendify.core.settings import fleet_bucket, fleet_queue
from tests.unit.athena_in_memory import BUCKET, Athena


@pytest.fixture
def athena(messages: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Athena]:
    """Athena over an empty bucket; the queue of insights stays as it is."""
    monkeypatch.setenv("FLEET_BUCKET", BUCKET)
    monkeypatch.setenv("FLEET_QUEUE", "https://sqs/files")
    fleet_bucket.cache_clear()
    fleet_queue.cache_clear()
    made, client = Athena(tmp_path), aws.client

    class Queues:
        def send_message_batch(self, **request: Any) -> Any:
            chosen: Any = made if request["QueueUrl"].endswith("/files") else client("sqs")
            return chosen.send_message_batch(**request)

    instead: Mapping[str, object] = {"athena": made, "sqs": Queues()}
    monkeypatch.setattr(aws, "client", lambda service: instead.get(service) or client(service))
    aws.client("s3").create_bucket(Bucket=BUCKET)
    yield made
    fleet_bucket.cache_clear()
    fleet_queue.cache_clear()
