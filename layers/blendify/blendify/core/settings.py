"""The environment variables, read in one place."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache


class SettingMissing(RuntimeError):
    """An environment variable that the function cannot work without is not set."""


def required(environment: Mapping[str, str], name: str) -> str:
    """
    The variable's value.

    Raises  SettingMissing with the variable's name when it is absent or empty
    """
    value = environment.get(name, "")
    if not value:
        raise SettingMissing(f"the environment variable {name} is not set: template.yaml gives it to every function")
    return value


@dataclass(frozen=True)
class Settings:
    """The settings that the template gives to all functions. None is a secret."""

    history_table: str
    accounts_table: str
    tokens_key: str
    applications: str
    """Prefix of the names of the provider applications' parameters and secrets, e.g. `blendify/applications`."""
    public_url: str
    """Where listeners reach the API; empty for API Gateway's own https address."""
    top_list_depth: int
    """How many entries of each top list are read."""
    full_sweep_every: timedelta
    """How long a list that seems unchanged is not fully read again."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings in `environment`; raises SettingMissing for the first that is missing."""
        return cls(
            history_table=required(environment, "HISTORY_TABLE"),
            accounts_table=required(environment, "ACCOUNTS_TABLE"),
            tokens_key=required(environment, "TOKENS_KEY"),
            applications=required(environment, "APPLICATIONS"),
            public_url=environment.get("PUBLIC_URL", "").rstrip("/"),
            top_list_depth=int(required(environment, "TOP_LIST_DEPTH")),
            full_sweep_every=timedelta(days=float(required(environment, "FULL_SWEEP_DAYS"))),
        )

    @property
    def https(self) -> bool:
        """Whether listeners come over https, so that cookies can be Secure; plain http is for the local stack."""
        return not self.public_url.startswith("http://")

    @property
    def base_path(self) -> str:
        """The path of the public URL, such as `/music`, below which a custom domain has the API; else empty."""
        _, slash, path = self.public_url.partition("://")[2].partition("/")
        return slash + path


@cache
def settings() -> Settings:
    """This function's settings, read once in a cold start."""
    return Settings.of(os.environ)


@cache
def state_machine() -> str:
    """The ARN of the sync's state machine; only functions that start syncs have it."""
    return required(os.environ, "SYNC_STATE_MACHINE")


@cache
def polls_queue() -> str:
    """The URL of the queue of polls; only the function that queues them has it."""
    return required(os.environ, "POLLS_QUEUE")


@cache
def insights_table() -> str:
    """The table of what is derived from the history; only functions that read or write it have it."""
    return required(os.environ, "INSIGHTS_TABLE")


@cache
def insights_queue() -> str:
    """The URL of the queue of buckets to compute; only functions that ask for that have it."""
    return required(os.environ, "INSIGHTS_QUEUE")


@cache
def insights_delay() -> int:
    """Seconds for which that queue delays its messages."""
    return int(required(os.environ, "INSIGHTS_DELAY_SECONDS"))


@cache
def events_queue() -> str:
    """The URL of the queue of runs to tell webhooks of; only functions that ask for that have it."""
    return required(os.environ, "EVENTS_QUEUE")


@cache
def events_delay() -> int:
    """Seconds for which that queue delays its messages."""
    return int(required(os.environ, "EVENTS_DELAY_SECONDS"))


@cache
def deliveries_queue() -> str:
    """The URL of the queue of events to deliver to webhooks; only functions that send to it have it."""
    return required(os.environ, "DELIVERIES_QUEUE")


@cache
def revocations_queue() -> str:
    """The URL of the queue of grants to give back; only functions that disconnect accounts have it."""
    return required(os.environ, "REVOCATIONS_QUEUE")


@cache
def loopback_webhooks() -> bool:
    """Whether webhooks may be on this machine, over plain http: on the local stack alone."""
    return os.environ.get("LOOPBACK_WEBHOOKS") == "on"


@cache
def erase_state_machine() -> str:
    """The ARN of the erasure's state machine; only functions that start or watch erasures have it."""
    return required(os.environ, "ERASE_STATE_MACHINE")


@cache
def export_state_machine() -> str:
    """The ARN of the export's state machine; only the function that starts exports has it."""
    return required(os.environ, "EXPORT_STATE_MACHINE")


@cache
def exports_bucket() -> str:
    """The bucket of exports; only functions that write, link to or delete exports have it."""
    return required(os.environ, "EXPORTS_BUCKET")


@cache
def keep_days() -> Mapping[str, float]:
    """
    For how many days data of a provider are kept without being read again, 0 for ever, by the provider's name; only
    functions that erase such data or announce it have this.
    """
    words = (word.rpartition(":") for word in os.environ.get("KEEP_DAYS", "").split())
    return {provider: float(days) for provider, _, days in words}


ALLOW, REQUIRE, FORBID = "allow", "require", "forbid"


@cache
def _own_applications() -> Mapping[str, str]:
    """The rules about listeners' own applications: `` for all providers, and by name for those with another one."""
    words = required(os.environ, "OWN_APPLICATIONS").split()
    return {provider: rule for provider, _, rule in (word.rpartition(":") for word in words)}


def own_applications(provider: str) -> str:
    """Whether listeners may, must or must not bring an application of their own: `allow`, `require` or `forbid`."""
    rules = _own_applications()
    return rules.get(provider, rules.get("", ALLOW))


@cache
def import_state_machine() -> str:
    """The ARN of the import's state machine; only the function that starts imports has it."""
    return required(os.environ, "IMPORT_STATE_MACHINE")


@cache
def uploads_bucket() -> str:
    """The bucket of what listeners upload; only functions that take, read or delete uploads have it."""
    return required(os.environ, "UPLOADS_BUCKET")


@cache
def fleet_by() -> str:
    """What computes the sums over all listeners: `off`, `lambda` or `athena`; only the function that counts has it."""
    return required(os.environ, "FLEET_BY")


@cache
def fleet_bucket() -> str:
    """The bucket of the profiles that Athena reads; empty where Athena is not used."""
    return os.environ.get("FLEET_BUCKET", "")


@cache
def fleet_queue() -> str:
    """The URL of the queue of files to write for Athena; only functions that ask for files have it."""
    return required(os.environ, "FLEET_QUEUE")


@cache
def connectable() -> frozenset[str]:
    """The providers for which this deployment has an application; only the function with the pages has this."""
    return frozenset(name for name in os.environ.get("CONNECTABLE", "").split(",") if name)


@cache
def allowed_for(feature: str) -> frozenset[str]:
    """
    The providers whose data a feature may use: the operator's decision.

    feature     `views`, `comparing` or `blending`; only the functions that show taste have these settings
    """
    return frozenset(name for name in os.environ.get(feature.upper(), "").split(",") if name)


@cache
def more_image_hosts() -> tuple[str, ...]:
    """Where pictures are beside the providers' own hosts, as on the local stack; only functions with covers have it."""
    return tuple(os.environ.get("IMAGE_HOSTS", "").split())
