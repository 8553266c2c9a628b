"""The keys of the state table, each written once."""


def user(user_id: str) -> str:
    """Partition of everything that belongs to one user."""
    return f"user#{user_id}"


def connection(provider: str) -> str:
    """Sort key of a user's connection to one provider."""
    return f"connection#{provider}"


def account(provider: str, account_id: str) -> str:
    """Partition of the item that names the user of a provider's account."""
    return f"account#{provider}#{account_id}"


def profile() -> str:
    """Sort key of the item that makes somebody a user."""
    return "profile"


def own_account(provider: str = "", account_id: str = "") -> str:
    """Sort key, in the user's partition, of their account at a provider; prefix of all at one provider, or of all."""
    return f"account#{provider}#{account_id}" if provider else "account#"


def application(provider: str = "", name: str = "") -> str:
    """Sort key of an application that a user brought; prefix of all at one provider, or of all."""
    return f"application#{provider}#{name}" if provider else "application#"


def webhooks() -> str:
    """Sort key of what all webhooks of a user share: the number of their latest event."""
    return "webhooks"


def webhook(webhook_id: str = "") -> str:
    """Sort key of a user's webhook; without an id the prefix of all."""
    return f"webhook#{webhook_id}"


def oauth_state(digest: str) -> str:
    """Partition of the state of a login."""
    return f"state#{digest}"


def session(digest: str = "") -> str:
    """Partition of a session, and its sort key in the user's partition; without a hash the prefix of all sessions."""
    return f"session#{digest}"


def bearer(digest: str) -> str:
    """Partition of the item that names the user of a bearer token."""
    return f"bearer#{digest}"


def token(token_id: str = "") -> str:
    """Sort key of a user's bearer token; without an id the prefix of all."""
    return f"token#{token_id}"


def blend(blend_id: str) -> str:
    """Partition of a blend of several users."""
    return f"blend#{blend_id}"


def membership(blend_id: str = "") -> str:
    """Sort key, in the user's partition, of a blend in which they are; without an id the prefix of all."""
    return f"blend#{blend_id}"


def invitation(digest: str) -> str:
    """Partition of the item that names the blend of an invitation."""
    return f"invitation#{digest}"


def erasure(erasure_id: str) -> str:
    """Partition of an erasure; its receipt stays there."""
    return f"erasure#{erasure_id}"


def leaving(scope: str = "") -> str:
    """Sort key of the flag that an erasure of this scope is under way; without a scope the prefix of all such flags."""
    return f"leaving#{scope}"


def erased(provider: str) -> str:
    """Sort key of when a user who stays had everything of one provider erased."""
    return f"erased#{provider}"


def whole_reading(provider: str = "") -> str:
    """Sort key of when everything of a user at one provider was last read; without one the prefix of all."""
    return f"whole#{provider}"


def begun(provider: str) -> str:
    """Partition of how far accounts at one provider were looked at whose time was never begun."""
    return f"begun#{provider}"


def replaced_records(provider: str) -> str:
    """Sort key of since when a user's replaced records at one provider are stored."""
    return f"replaced#{provider}"


def rate_limiter(provider: str, application: str, user_id: str | None = None) -> str:
    """Partition of the rate limiter of one application, or of its calls for one user."""
    return f"gate#{provider}#{application}" + (f"#{user_id}" if user_id else "")


def quota_usage(provider: str, application: str) -> str:
    """Partition of the quota that the schedule has used of one application."""
    return f"ledger#{provider}#{application}"


def revoked(provider: str, application: str) -> str:
    """Partition of the grants that a provider refused to renew for one application of ours."""
    return f"revoked#{provider}#{application}"


def counted(shard: int) -> str:
    """Partition of a part of those listeners who agreed to be counted in sums over all."""
    return f"counted#{shard}"


def sharing() -> str:
    """Sort key of what a user lets others know of their taste."""
    return "sharing"


def sync_request() -> str:
    """Sort key of a user's latest request for a sync."""
    return "wish"


def visit() -> str:
    """Sort key of when a user was last on their home page."""
    return "visit"


def dismissed(artist: str = "") -> str:
    """Sort key of an artist who is not to be suggested to a user; without a key the prefix of all."""
    return f"dismissed#{artist}"


def suggested() -> str:
    """Sort key of how often which artists were suggested to a user."""
    return "suggested"


def export() -> str:
    """Sort key of a user's latest export."""
    return "export"


def one_import(import_id: str = "") -> str:
    """Sort key of something that a user imported; without an id the prefix of all."""
    return f"import#{import_id}"


def importing() -> str:
    """Sort key of which import of a user's is under way."""
    return "importing"


def sync(sync_id: str = "") -> str:
    """Sort key of a sync; without an id the prefix of all."""
    return f"sync#{sync_id}"


def progress(sync_id: str, data_type: str = "") -> str:
    """Sort key of a sync's progress in one data type; without one the prefix of all data types."""
    return f"sync#{sync_id}#{data_type}"


def listed(sync_id: str) -> str:
    """Sort key of the mark that all of a run's listing is kept."""
    return f"listed#{sync_id}"


def listing(sync_id: str, number: int | None = None) -> str:
    """Sort key of a chunk of the playlists that a run found; of all chunks when no number is given."""
    return f"listing#{sync_id}#" if number is None else f"listing#{sync_id}#{number:06}"


def version(provider: str, data_type: str, list_id: str | None = None) -> str:
    """Sort key of what one list holds by our history; of all lists of the data type when none is given."""
    return f"version#{provider}#{data_type}#{'' if list_id is None else list_id}"


def entries(provider: str, data_type: str, list_id: str, name: str) -> str:
    """Sort key of a part of a long list."""
    return f"entries#{provider}#{data_type}#{list_id}#{name}"


def staged(sync_id: str, data_type: str, name: str) -> str:
    """Sort key of pages that a sync has read and not committed yet, or a piece of them."""
    return f"staged#{sync_id}#{data_type}#{name}"


def troubles(provider: str, data_type: str) -> str:
    """Sort key of which lists of a data type failed or were refused in the latest sync."""
    return f"troubles#{provider}#{data_type}"


def checkpoint(provider: str, data_type: str) -> str:
    """Sort key of how much was appended since the last checkpoint of a data type."""
    return f"checkpoint#{provider}#{data_type}"
