"""A listener's way through the pages in Chromium. What the browser complains of, or axe, fails a test."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from blendify.access import bearer_tokens, connections, sessions, users
from blendify.collecting.collector import collect
from blendify.core import times
from blendify.core.data_types import DataType, Status
from blendify.export import status
from blendify.syncing import syncs
from blendify.syncing.finish_sync import finish_sync
from blendify.webhooks import subscriptions
from tests.browser.conftest import Visitor
from tests.unit.step_functions import StepFunctions
from tests.unit.sync_steps import begun, plenty
from tests.unit.world import World

pytestmark = pytest.mark.browser


def user_of(visitor: Visitor) -> str:
    """Who is logged in."""
    cookies = {cookie["name"]: cookie["value"] for cookie in visitor.page.context.cookies()}
    return str(sessions.user_id_of(cookies["session"]))


def test_from_the_start_page_to_the_music(visitor: Visitor, world: World, machines: StepFunctions) -> None:
    """Consent, an empty home page that fills itself while the account is read, covers that load."""
    visitor.open("/")
    visitor.look("start")
    page = visitor.log_in()
    expect(page.get_by_text("Your music is on its way")).to_be_visible()
    visitor.look("home-waiting")
    user_id = user_of(visitor)
    job = begun(user_id)
    for data_type in DataType:
        collect(data_type, job, plenty)
    finish_sync(job, 1, [])
    # Nobody reloads it.
    expect(page.get_by_role("heading", name="Your music now")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("All is well")).to_be_visible()
    page.evaluate("for (const image of document.images) image.loading = 'eager'")
    page.wait_for_function("[...document.querySelectorAll('img.cover')].every((image) => image.naturalWidth > 0)")
    assert page.locator("img.cover").count() > 10
    assert users.profile(user_id)["time_zone"] == "Europe/Berlin"
    visitor.look("home")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Home")).to_have_attribute("aria-current", "page")


def test_the_sync_page_follows_what_happens(visitor: Visitor, world: World, machines: StepFunctions) -> None:
    """Running, waiting, failed, reconnect, without a reload; a failed one can be asked for again."""
    visitor.log_in()
    user_id = user_of(visitor)
    job = begun(user_id, DataType.TOP_TRACKS, DataType.TOP_ARTISTS, started_at=times.now())
    page = visitor.open("/sync")
    expect(page.get_by_role("heading", name="Spotify: reading now")).to_be_visible()
    page.evaluate("window.stayed = true")
    collect(DataType.TOP_TRACKS, job, plenty)
    row = page.get_by_role("listitem").filter(has_text="Top tracks")
    expect(row).to_have_attribute("data-state", "complete")
    visitor.look("sync-running")
    syncs.wait(user_id, job.sync_id, times.now() + timedelta(hours=2), 2)
    expect(page.get_by_role("status").get_by_text("goes on by itself")).to_be_visible()
    assert page.evaluate("window.stayed"), "the page was loaded again"
    visitor.look("sync-waiting")
    collect(DataType.TOP_ARTISTS, job, plenty)
    finish_sync(job, 2, [])
    page = visitor.open("/sync")
    expect(page.get_by_role("button", name="Sync now")).to_be_visible()
    connections.require_reconnect(connections.connection(user_id, "spotify"))
    page = visitor.open("/sync")
    expect(page.get_by_role("status").get_by_text("access to Spotify has ended")).to_be_visible()
    expect(page.get_by_role("button", name="Sync now")).to_have_count(0)
    visitor.look("sync-reconnect")
    page.get_by_role("link", name="Connect Spotify again").first.click()
    expect(page.locator("button[value=allow]")).to_be_visible()


def test_a_failed_sync_says_why(visitor: Visitor, world: World, machines: StepFunctions) -> None:
    """And is asked for again by a button."""
    visitor.log_in()
    user_id = user_of(visitor)
    job = begun(user_id, DataType.TOP_ARTISTS, started_at=times.now() - timedelta(minutes=3))
    syncs.end(user_id, job.sync_id, Status.FAILED, "Spotify did not answer.")
    page = visitor.open("/sync")
    expect(page.get_by_role("status").get_by_text("Spotify did not answer.")).to_be_visible()
    visitor.look("sync-failed")


def test_the_account_page(visitor: Visitor, world: World, machines: StepFunctions) -> None:
    """A token is made and shown once, a download prepared, another login ended, and this one."""
    visitor.log_in()
    user_id = user_of(visitor)
    sessions.begin(user_id)
    page = visitor.open("/account")
    page.get_by_text("Make a token").first.click()
    page.get_by_label("Name").fill("my reader")
    page.get_by_label("Last day").fill("2099-12-31")
    page.get_by_role("button", name="Make a token").click()
    secret = page.get_by_label("Token").input_value()
    assert bearer_tokens.user_id_of(secret) == user_id
    visitor.look("token")
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("button", name="Revoke my reader")).to_be_visible()
    page.get_by_role("button", name="Prepare a download").click()
    expect(page.get_by_text("Being prepared")).to_be_visible()
    export = status.export(user_id)
    assert export is not None
    status.finish(user_id, export.export_id, 2_500_000, {"top_tracks": 3}, 0)
    expect(page.get_by_role("link", name="Download")).to_be_visible()
    visitor.look("account")
    page.get_by_role("button", name=re.compile("End the login")).click()
    expect(page.get_by_text("Another browser")).to_have_count(0)
    # The one beside the login; another one is at the end of each page.
    page.get_by_role("main").get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Connect Spotify")).to_be_visible()
    assert sessions.list_sessions(user_id) == []
    visitor.open("/account")
    assert page.url.endswith("/v1/")


def test_a_stranger_brings_their_own_application(visitor: Visitor, world: World, machines: StepFunctions) -> None:
    """From the start page through a form that leads to the provider, which the page's policy lets it do."""
    world.register(client_id="operators", client_secret="x", redirect_uri=f"{visitor.address}/auth/spotify/callback")
    page = visitor.open("/")
    page.get_by_role("link", name="Spotify", exact=True).click()
    expect(page.get_by_text(f"{visitor.address}/auth/spotify/callback")).to_be_visible()
    page.get_by_label("Client ID").fill("simulated-client")
    page.get_by_label("Client secret").fill("simulated-secret")
    visitor.look("own-application")
    page.get_by_role("button", name="Connect Spotify").click()
    page.locator("input[name=listener]").fill("ana")
    page.locator("button[value=allow]").click()
    page.wait_for_url("**/dashboard")
    visitor.open("/account")
    visitor.look("account-own-application")
    page.get_by_role("button", name="Remove and disconnect Spotify").click()
    expect(page.get_by_text("Nothing is connected")).to_be_visible()


def test_a_webhook_is_made_and_deleted(visitor: Visitor, world: World, machines: StepFunctions) -> None:
    """Its secret is shown once; one that failed for days says so, here and on the home page."""
    visitor.log_in()
    user_id = user_of(visitor)
    page = visitor.open("/account")
    page.get_by_text("Make a webhook").first.click()
    page.get_by_label("Address").fill("https://example.org/hook")
    page.get_by_role("button", name="Make a webhook").click()
    assert page.get_by_label("Secret").input_value().startswith("whsec_")
    visitor.look("webhook")
    (webhook,) = subscriptions.every(user_id)
    subscriptions.record_failure(user_id, webhook, "it answered 410", gone=True)
    expect(visitor.open("/dashboard").get_by_text("is disabled")).to_be_visible()
    visitor.look("home-webhook")
    visitor.open("/account")
    visitor.look("account-webhook")
    page.get_by_role("button", name="Delete https://example.org/hook").click()
    expect(page.get_by_text("Disabled on")).to_have_count(0)
    assert subscriptions.every(user_id) == []


def test_erasing_everything_takes_a_tick(visitor: Visitor, world: World, machines: StepFunctions) -> None:
    """Without it the browser sends nothing; Cancel leads back; with it the receipt's address is there."""
    visitor.log_in()
    user_id = user_of(visitor)
    page = visitor.open("/account")
    page.get_by_role("link", name="Disconnect Spotify").click()
    visitor.look("disconnect")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Erase everything").click()
    visitor.look("erase")
    page.get_by_role("button", name="Erase everything").click()
    assert users.exists(user_id)
    page.get_by_label("I understand").check()
    page.get_by_role("button", name="Erase everything").click()
    expect(page.get_by_role("heading", name="Your data is being erased")).to_be_visible()
    visitor.look("erasing")
    assert len(machines.started) == 2, "the first sync, and the erasure"
    page.get_by_role("link", name="receipt").click()
    expect(page.get_by_text('"scope"')).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/dashboard", "/sync", "/account"])
def test_pages_are_whole_without_script(
    chromium: object, visitor: Visitor, world: World, machines: StepFunctions, path: str
) -> None:
    """What they say and offer does not depend on it; forced colours and print change nothing that is said."""
    visitor.log_in()
    user_id = user_of(visitor)
    job = begun(user_id, DataType.TOP_TRACKS)
    collect(DataType.TOP_TRACKS, job, plenty)
    finish_sync(job, 1, [])
    with_script = visitor.open(path).locator("main h1, main h2, main a, main button").all_inner_texts()
    context = visitor.page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    context.add_cookies(visitor.page.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.emulate_media(forced_colors="active")
    page.goto(visitor.address + path)
    assert page.locator("main h1, main h2, main a, main button").all_inner_texts() == with_script
    context.close()
