"""Whether a provider says itself what a list holds, so that a file does not."""

from blendify.access import connections
from blendify.core.data_types import DataType
from blendify.history import list_versions
from blendify.providers import PROVIDERS


def said_by_provider(user_id: str, data_type: DataType, service: str, imported_at: str) -> bool:
    """
    Whether the provider's own lists are the current ones, and not those of a file.

    Those of a connected provider are, once one was read. Of one that is not connected any more the newer counts.

    imported_at     when the file's import began (ISO 8601)
    """
    if service not in PROVIDERS or data_type not in PROVIDERS[service].endpoints:
        return False
    if not list_versions.any_read(user_id, service, data_type):
        return False
    of_user = connections.connections(user_id)
    if any(each.provider == service and each.status == connections.ACTIVE for each in of_user):
        return True
    versions = list_versions.versions(user_id, service, data_type).values()
    return max(version.signals.read_at or "" for version in versions) >= imported_at
