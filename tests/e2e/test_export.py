"""The deployed export: requested, prepared in the background, downloaded, and compared with the library."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from local.emulator.server import REGION
from operations.browser import Browser
from operations.export_reader import ExportReader
from tests.e2e.system import SettledListener, System, wait_for


def prepared(browser: Browser, query: str = "") -> dict[str, Any]:
    """Ask until it is ready, as the loop in docs/api.md does. The first response says that it is being prepared."""
    status, body, headers = browser.send(f"/me/export{query}", method="GET")
    assert (status, body["status"]) == (202, "preparing")
    assert int(headers["Retry-After"]) > 0

    def finished() -> dict[str, Any] | None:
        status, body, _ = browser.send("/me/export", method="GET")
        return body if status != 202 else None

    body = wait_for("the export is ready", finished)
    assert body["status"] == "ready", body
    return body


def differences(system: System, listener: str, archive: ExportReader) -> list[str]:
    """How the folded archive differs from the library that the provider serves now."""
    truth = system.truth(listener)
    return [text for name, served in truth.items() for text in archive.lists(name).differences(served)]


def test_a_listener_downloads_everything(system: System) -> None:
    """
    After two syncs with changes between them the archive folds to the library. The link needs no session, is valid for
    a quarter of an hour, gives the file a name, and appears in no log, history or item.
    """
    browser, user_id = system.connect("ex")
    system.latest_sync(browser)
    system.change("ex", "add", "saved_tracks")
    system.change("ex", "remove", "saved_tracks", position=9)
    assert system.run({"user_id": user_id, "provider": "spotify"})["status"] == "SUCCEEDED"

    ready = prepared(browser)
    response = requests.get(ready["url"], timeout=30)
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == f'attachment; filename="blendify-{ready["started_at"][:10]}.zip"'
    assert len(response.content) == ready["bytes"]
    query = parse_qs(urlsplit(ready["url"]).query)
    assert query["X-Amz-Expires"] == ["900"]

    archive = ExportReader.of(response.content)
    assert archive.damages() == []
    assert differences(system, "ex", archive) == []
    assert {name: sum(kinds.values()) for name, kinds in archive.manifest["counts"].items()} == ready["counts"]
    assert sum(ready["counts"].values()) == sum("part" not in item for item in system.records(user_id))

    signature = query["X-Amz-Signature"][0]
    places = [system.logs(), system.histories(), repr(system.items("accounts_table"))]
    assert [signature in place for place in places] == [False] * 3
    status, body, headers = browser.send("/me/export?fresh=true", method="GET")
    assert (status, body["error"]["code"]) == (429, "too_many_requests")
    assert 0 < int(headers["Retry-After"]) <= 600
    # Without its signature the link is refused.
    assert requests.get(ready["url"].partition("?")[0], timeout=30).status_code == 403


def test_the_roles_of_the_export_may_do_only_what_they_need(system: System, settled: SettledListener) -> None:
    """The emulator enforces the roles: the builder cannot read or delete, and the API cannot write or list."""
    user_id, ready = settled.user_id, prepared(settled.browser)
    bucket, key = urlsplit(ready["url"]).path.strip("/").split("/", 1)
    assert key == f"exports/{user_id}/{ready['export_id']}.zip"
    where = {"Bucket": bucket, "Key": key}
    refused = {
        "BuildExport": [("get_object", where), ("delete_object", where), ("list_objects_v2", {"Bucket": bucket})],
        "RequestExport": [
            ("put_object", {**where, "Body": b"x"}),
            ("delete_object", where),
            ("list_objects_v2", {"Bucket": bucket}),
            ("get_object", {"Bucket": bucket, "Key": "elsewhere"}),
        ],
    }
    roles = system.stack.emulator.client("iam").list_roles()["Roles"]
    for function, tries in refused.items():
        (role,) = [role for role in roles if f"{function}Role" in role["RoleName"]]
        s3 = s3_as(system, role["Arn"])
        for operation, arguments in tries:
            with pytest.raises(ClientError, match=r"AccessDenied|not authorized|Forbidden"):
                getattr(s3, operation)(**arguments)


def s3_as(system: System, role: str) -> Any:
    """An S3 client with a role's credentials."""
    keys = system.stack.emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.client(
        "s3",
        endpoint_url=system.stack.emulator.endpoint,
        region_name=REGION,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
