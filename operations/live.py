"""
The live check: one login of a person at the real provider, one sync, and then everything once more, read directly.

    SPOTIFY_CLIENT_ID=… SPOTIFY_CLIENT_SECRET=… PROVIDER=spotify make live

It prints counts and names of fields, and writes nothing: what was collected is in the local stack alone. The direct
reading shares no code with the product but the signing of requests. LIVE_LOOPBACK=1 permits a simulator in the
provider's place, to try the check itself.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from blendify.providers.application import Application
from local.deployment import STACK
from local.errors import CommandError, Misconfigured, status_of
from local.providers import real_parameters
from local.simulators.apple_music.service import view_of
from local.stack import Stack
from operations.direct_reading import Direct, Served
from operations.folded_lists import canonical
from operations.history_reader import HistoryReader

PATIENCE_SECONDS = 3_600
"""For the person to log in, and then for the sync."""
SHOWN: Mapping[str, list[dict[str, str]]] = {"spotify": [{"regime": "restricted"}, {"regime": "legacy"}]}
"""The options with which a simulator shows all fields that it has; others have them without any."""
ASKED = {"include": "catalog", "extend": "dateAdded"}


def name_of(entry: Any) -> str:
    """What tells an entry from others, whichever provider wrote it."""
    inner = [entry[key] for key in ("item", "track", "album") if isinstance((entry or {}).get(key), dict)]
    thing = next((each for each in inner if "id" in each), entry) or {}
    when = [(entry or {}).get(key) for key in ("played_at", "added_at", "date")]
    return canonical([when, thing.get("id") or thing.get("uri") or thing.get("url")])


def fields(value: Any, at: str = "") -> Iterator[str]:
    """The paths of all fields in an answer, e.g. `track.album.images[].url`."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield (path := f"{at}.{key}".lstrip("."))
        yield from fields(inner, path)
    for inner in value if isinstance(value, list) else ():
        yield from fields(inner, f"{at}[]")


def simulated_fields(provider: str) -> dict[str, set[str]]:
    """The fields that the simulator's answers have, by data type."""
    package, met = import_module(f"local.simulators.{provider}"), dict[str, set[str]]()
    for options in SHOWN.get(provider, [{}]):
        simulator = package.SERVICE(package.Options(**options))
        # Apple Music's shows what was asked for.
        views = getattr(simulator.listeners["listener"], "views", {})
        views.update({endpoint.path: view_of(ASKED) for endpoint in simulator.endpoints})
        for data_type, held in simulator.truth("listener")["data"].items():
            met.setdefault(data_type, set()).update(path.lstrip("[].") for path in fields(list(_entries(held))))
    return met


def _entries(held: Any) -> Iterator[Any]:
    for entries in held.values() if isinstance(held, dict) else [held]:
        yield from entries or ()


class Comparison(NamedTuple):
    """One data type as it was read directly, against what is stored: counts, and names of fields."""

    data_type: str
    served: int
    stored: int
    missing: int
    surplus: int
    """Stored, and not there now. Plays are never taken back, so theirs do not count."""
    changed: list[str]
    """Fields with another value than the stored answer has."""
    unmet: list[str]
    """Fields that no simulator has."""


def compared(served: Served, history: HistoryReader, met: Mapping[str, set[str]]) -> list[Comparison]:
    """Every data type that was read directly; `met` has the simulators' fields."""
    comparisons = []
    for data_type, lists in served.items():
        stored = history.lists(data_type).answers()
        now, then = (
            [((name, name_of(entry)), entry) for name, entries in each.items() for entry in entries]
            for each in (lists, stored)
        )
        wanted, held, answers = Counter(name for name, _ in now), Counter(name for name, _ in then), dict(then)
        changed = {path for name, entry in now if name in answers for path in _differing(answers[name], entry)}
        unmet = {path for _, entry in now for path in fields(entry)} - met.get(data_type, set())
        surplus = 0 if data_type == "recently_played" else (held - wanted).total()
        counts = len(now), len(then), (wanted - held).total(), surplus
        comparisons.append(Comparison(data_type, *counts, sorted(changed), sorted(unmet)))
    return comparisons


def _differing(before: Any, now: Any, at: str = "") -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in before.keys() | now.keys():
            yield from _differing(before.get(key), now.get(key), f"{at}.{key}".lstrip("."))
    elif canonical(before) != canonical(now):
        yield at


@dataclass(frozen=True)
class Live:
    """The stack, after it has come up with the real provider."""

    stack: Stack
    provider: str
    outputs: Mapping[str, str]

    def check(self, since: str) -> bool:
        """Wait for a login after this moment and its sync; whether all is stored, and nothing besides."""
        connection = self._wait_for("a login", "authorized_at", "user#", f"connection#{self.provider}", since)
        user, since = connection["pk"]["S"], connection["authorized_at"]["S"]
        sync = self._wait_for("the end of the sync", "finished_at", user, "sync#", since)
        print(f"  The sync has {sync['status']['S']}. Everything is read once more.", flush=True)
        user_id, client = user.removeprefix("user#"), self.stack.emulator.client
        name = f"{STACK}/applications/{self.provider}/default"
        application = json.loads(client("ssm").get_parameter(Name=f"/{name}")["Parameter"]["Value"])
        secret = client("secretsmanager").get_secret_value(SecretId=f"{name}/client_secret")["SecretString"].strip()
        addresses = {key: application[key].rstrip("/") for key in ("api_url", "accounts_url")}
        own = {"provider": self.provider, "name": "default", "client_secret": secret}
        context = {"purpose": "oauth-token", "provider": self.provider, "user": user_id}
        opened = client("kms").decrypt(CiphertextBlob=connection["tokens"]["B"], EncryptionContext=context)
        direct = Direct(
            Application(**{**application, **addresses, **own}),
            connection["provider_user_id"]["S"],
            json.loads(opened["Plaintext"])[0],
        )
        history = HistoryReader(client("dynamodb"), self.outputs["history_table"], user_id)
        comparisons = compared(direct.everything(), history, simulated_fields(self.provider))
        print(f"\n{printed(comparisons)}")
        return sync["status"]["S"] == "succeeded" and not any(each.missing or each.surplus for each in comparisons)

    def _wait_for(self, what: str, moment: str, user: str, kind: str, since: str) -> Any:
        """The first item of this user, this kind and the provider whose moment is not before `since`."""
        wanted = {":u": user, ":k": kind, ":s": since, ":p": self.provider}
        scan = self.stack.emulator.client("dynamodb").get_paginator("scan")
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            for page in scan.paginate(
                TableName=self.outputs["accounts_table"],
                FilterExpression=f"begins_with(pk, :u) AND begins_with(sk, :k) AND {moment} >= :s AND provider = :p",
                ExpressionAttributeValues={name: {"S": text} for name, text in wanted.items()},
            ):
                if page["Items"]:
                    return page["Items"][0]
            time.sleep(1)
        raise CommandError(f"This did not happen within {PATIENCE_SECONDS // 60} minutes: {what}.")


def printed(comparisons: Iterable[Comparison]) -> str:
    """The table: counts, and names of fields."""
    lines = [f"  {'data type':<18}{'read now':>10}{'stored':>10}{'missing':>10}{'surplus':>10}"]
    for each in comparisons:
        lines.append(
            f"  {each.data_type:<18}{each.served:>10,}{each.stored:>10,}{each.missing:>10,}{each.surplus:>10,}"
        )
        for what, paths in (("other values in", each.changed), ("never met in a simulator", each.unmet)):
            if paths:
                lines.append(f"      {what}: {', '.join(paths)}")
    return "\n".join(lines)


def refuse_loopback(addresses: Iterable[str], environment: Mapping[str, str]) -> None:
    """Raises  Misconfigured when an address is on this machine, unless LIVE_LOOPBACK permits it"""
    here = [address for address in addresses if urlsplit(address).netloc.startswith(("127.", "localhost", "[::1]"))]
    if here and not environment.get("LIVE_LOOPBACK"):
        raise Misconfigured(f"The live check is for a real provider, and {here[0]} is on this machine.")


def _live() -> int:
    stack = Stack.of(os.environ)
    provider = stack.simulator.provider
    real = real_parameters(os.environ, provider)
    if real is None:
        needed = " and ".join(map(provider.variable, provider.credentials))
        raise Misconfigured(f"The live check needs your application at {provider.title}: set {needed}.")
    refuse_loopback((real[name] for name in provider.addresses if name in real), os.environ)
    outputs = stack.up({provider.name: real})
    since = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    print(f"\n  Open {outputs['api_url']}/ in your browser and connect {provider.title}.", flush=True)
    return 0 if Live(stack, provider.name, outputs).check(since) else 1


if __name__ == "__main__":
    sys.exit(status_of(_live, print))
