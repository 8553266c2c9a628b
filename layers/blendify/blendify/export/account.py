"""`account.json`: what we store about a listener beside their history, without anything that opens an account."""

import json
from collections.abc import Iterator
from typing import Any

from blendify.access import brought_applications, connections, users
from blendify.access.connections import Connection
from blendify.blends import membership
from blendify.blends.membership import Blend
from blendify.export.archive import Archive
from blendify.importing import imports
from blendify.importing.import_item import Import
from blendify.jobs.progress import COUNTS, Progress
from blendify.providers.application import BroughtApplication
from blendify.recommending import dismissals
from blendify.sharing import consent
from blendify.sharing.consent import Consent
from blendify.syncing import syncs
from blendify.webhooks import subscriptions
from blendify.webhooks.subscriptions import Webhook


def write(archive: Archive, user_id: str) -> None:
    """Write the account, and every sync with its outcomes, a line each, oldest first."""
    head = {
        "user_id": user_id,
        "profile": users.profile(user_id),
        "connections": [_connection(connection) for connection in connections.connections(user_id)],
        "applications": [_application(brought) for brought in brought_applications.all_brought(user_id)],
        "webhooks": [_webhook(webhook) for webhook in subscriptions.every(user_id)],
        "imports": [_import(each) for each in imports.newest(user_id)],
        "sharing": _sharing(consent.consent(user_id)),
        "dismissed_artists": [vars(each) for each in dismissals.dismissed(user_id)],
        "blends": [_blend(blend, user_id) for blend in membership.every(user_id)],
    }
    with archive.file("account.json") as file:
        # There may be thousands of syncs: each is written as it is read.
        file.write(_text(head)[:-1] + b', "runs": [')
        for sync in _syncs(user_id):
            file.write(b",\n" if file.records else b"\n")
            file.record(_text(sync))
        file.write(b"\n]}\n")


def _text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _connection(connection: Connection) -> dict[str, Any]:
    return {
        "provider": connection.provider,
        "account_id": connection.account_id,
        "provider_user_id": connection.provider_user_id,
        "display_name": connection.display_name,
        "scopes": list(connection.scopes),
        "status": connection.status,
        "authorized_at": connection.authorized_at,
    }


def _sharing(agreed: Consent) -> dict[str, Any]:
    return {
        "compare": agreed.compare,
        "count": agreed.count,
        "show": agreed.show,
        "name": agreed.name,
        "private_artists": dict(sorted(agreed.private_names.items())),
    }


def _application(brought: BroughtApplication) -> dict[str, str]:
    return {"provider": brought.provider, "client_id": brought.client_id, "created_at": brought.created_at}


def _webhook(webhook: Webhook) -> dict[str, Any]:
    names = ("webhook_id", "url", "created_at", "status", "delivered_at")
    return {name: getattr(webhook, name) for name in names}


def _blend(blend: Blend, user_id: str) -> dict[str, Any]:
    """Whom the listener shares it with is theirs to tell."""
    member = blend.member(user_id)
    return {
        "blend_id": blend.blend_id,
        "title": blend.title,
        "joined_at": member.joined_at if member else None,
        "made_by_me": blend.made_by == user_id,
        "members": len(blend.members),
    }


def _import(each: Import) -> dict[str, Any]:
    report = each.report.item()
    del report["write_units"]
    return {
        "import_id": each.import_id,
        "status": each.state,
        "started_at": each.started_at,
        "finished_at": each.finished_at,
        "why": each.why,
        **report,
    }


def _syncs(user_id: str) -> Iterator[dict[str, Any]]:
    for sync, all_progress in syncs.all_syncs(user_id):
        yield {
            "sync_id": sync.sync_id,
            "provider": sync.provider,
            "status": sync.status,
            "started_at": sync.started_at,
            "finished_at": sync.finished_at,
            "why": sync.why,
            "data_types": {progress.data_type: _outcome(progress) for progress in all_progress},
        }


def _outcome(progress: Progress) -> dict[str, Any]:
    counts = {name: progress.counts[name] for name in COUNTS}
    return {"outcome": progress.outcome, "why": progress.why, **counts}
