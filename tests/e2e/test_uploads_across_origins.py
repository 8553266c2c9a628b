"""
A browser sends a file from the page to the bucket when the bucket has another origin, as it has on AWS.

The emulator has both at one address. Its other name, `localhost`, is another origin to a browser, and the emulator
answers there as the bucket's CORS configuration in the template says, with permissions checked.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import chromium  # noqa: F401 -- a fixture
from tests.e2e.system import System

ROW = {
    "ts": "2014-03-01T20:04:00Z",
    "ms_played": 200_000,
    "master_metadata_track_name": "Harbour",
    "master_metadata_album_artist_name": "The Four",
    "master_metadata_album_album_name": "Notes",
    "spotify_track_uri": "spotify:track:0123456789012345678901",
}
PATIENCE = 60_000
"""Milliseconds: an upload is read by a state machine."""
ELSEWHERE = """
    const ask = window.fetch;
    window.fetch = async (...given) => {
        const answer = await ask(...given);
        if (!String(given[0]).endsWith("me/imports")) return answer;
        const told = await answer.json();
        told.upload.url = told.upload.url.replace("127.0.0.1", "localhost");
        return new Response(JSON.stringify(told), answer);
    };
"""


@dataclass
class Window:
    """A browser window on the imports of a listener, and what the browser complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def upload(self) -> None:
        """Pick a file with one play, and send it."""
        content = json.dumps([ROW]).encode()
        file = {"name": "Streaming_History_Audio_2014.json", "mimeType": "", "buffer": content}
        self.page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
        self.page.get_by_role("button", name="Upload and import").click()


@pytest.fixture
def window(system: System, chromium: Browser) -> Iterator[Window]:  # noqa: F811 -- the fixture
    """The page as it is served; the form that its script asks for leads to the bucket's other address."""
    # The page's own policy names the address that it was served with.
    context = chromium.new_context(bypass_csp=True)
    # Not by a route of Playwright, which answers preflights itself.
    context.add_init_script(ELSEWHERE)
    context.set_default_timeout(PATIENCE)
    window = Window(context.new_page())
    window.page.on("console", lambda message: window.complaints.append(message.text))
    window.page.goto(f"{system.outputs['api_url']}/auth/spotify/login")
    window.page.locator("input[name=listener]").fill("across")
    window.page.locator("button[value=allow]").click()
    window.page.wait_for_url("**/dashboard")
    window.page.goto(f"{system.outputs['api_url']}/imports")
    yield window
    context.close()


@contextmanager
def _configured(system: System, **changed: list[str]) -> Iterator[None]:
    """The bucket with another CORS configuration than the template's."""
    s3 = system.stack.emulator.client("s3")
    bucket = next(each["Name"] for each in s3.list_buckets()["Buckets"] if "upload" in each["Name"].lower())
    rules = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [{**rules[0], **changed}]})
    try:
        yield
    finally:
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})


def test_the_bucket_takes_a_file_from_the_page_of_another_origin(system: System, window: Window) -> None:
    """With progress, for which the browser asks first; not if the configuration names another method or origin."""
    page = window.page
    wrong: list[dict[str, list[str]]] = [
        {"AllowedMethods": ["PUT"]},
        {"AllowedOrigins": ["https://*.execute-api.us-east-1.amazonaws.com"]},
    ]
    for changed in wrong:
        window.complaints.clear()
        with _configured(system, **changed):
            window.upload()
            expect(page.get_by_text("The upload did not arrive")).to_be_visible(timeout=PATIENCE)
            page.reload()
        assert any("preflight request doesn't pass" in complaint for complaint in window.complaints), window.complaints
    window.upload()
    page.wait_for_url("**/imports/*")
    expect(page.get_by_role("status").filter(has_text="Complete")).to_be_visible(timeout=PATIENCE)
