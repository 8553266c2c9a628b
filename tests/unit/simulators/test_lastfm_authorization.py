"""Tokens, signatures and sessions: only who may gets one, once, in time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from local.simulators.lastfm import Options, grants
from local.simulators.lastfm.simulator import Simulator
from tests.unit.simulators.lastfm_visitor import CALLBACK, KEY, Fan, LastfmVisitor, sign, told

EXAMPLE = {"method": "auth.getSession", "api_key": KEY, "token": "é"}


def error(visitor: LastfmVisitor, token: str) -> int:
    return int(visitor.signed("auth.getSession", token=token).json()["error"])


def test_a_listener_who_allows_is_worth_a_session(lastfm: LastfmVisitor) -> None:
    """
    The token comes behind the callback's own query, which is left as it was.
    """
    answer = told(lastfm.decide(lastfm.authorize(), decision="allow", listener="Ana"))
    session = lastfm.signed("auth.getSession", token=answer["token"]).json()

    assert answer.keys() == {"nonce", "token"}
    assert answer["nonce"] == "the nonce"
    assert session.keys() == {"session"}
    assert session["session"].keys() == {"name", "key", "subscriber"}
    assert (session["session"]["name"], session["session"]["subscriber"]) == ("Ana", 0)


def test_who_refuses_tells_nothing(lastfm: LastfmVisitor) -> None:
    answer = lastfm.decide(lastfm.authorize(), decision="deny")

    assert (answer.status_code, answer.headers["location"]) == (303, CALLBACK)


def test_a_token_is_good_once(lastfm: LastfmVisitor) -> None:
    token = lastfm.token()
    wrong = sign({"method": "auth.getSession", "api_key": KEY, "token": token, "format": "json"}, "another secret")

    assert lastfm.session.get(f"{lastfm.base}/2.0/", params=wrong).json()["error"] == 13
    assert "session" in lastfm.signed("auth.getSession", token=token).json()
    assert error(lastfm, token) == 4
    assert error(lastfm, "never issued") == 4


def test_a_token_is_good_for_an_hour(lastfm: LastfmVisitor) -> None:
    early, late = lastfm.token(), lastfm.token()
    lastfm.clock.now += 3_599
    assert "session" in lastfm.signed("auth.getSession", token=early).json()
    lastfm.clock.now += 1
    assert error(lastfm, late) == 15


def test_a_token_of_a_program_waits_for_its_listener(lastfm: LastfmVisitor) -> None:
    token = lastfm.signed("auth.getToken").json()["token"]

    assert error(lastfm, token) == 14
    lastfm.decide(lastfm.authorize(token=token), decision="allow", listener="ana")
    assert lastfm.signed("auth.getSession", token=token).json()["session"]["name"] == "ana"
    assert lastfm.authorize(token=token).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"api_key": "somebody-else"},
        {"api_key": None},
        {"cb": "https://evil.example/callback"},
        {"cb": "http://127.0.0.1:9999/callback/deeper"},
        {"cb": "http://127.0.0.1:9999/callback#fragment"},
        {"token": "never issued"},
    ],
)
def test_a_wrong_question_is_not_asked(lastfm: LastfmVisitor, changes: dict[str, str | None]) -> None:
    page = lastfm.authorize(**changes)

    assert page.status_code == 400
    assert "<form" not in page.text


def test_without_a_callback_it_is_the_registered_one(lastfm: LastfmVisitor) -> None:
    sent = lastfm.decide(lastfm.authorize(cb=None), decision="allow", listener="ana").headers["location"]

    assert sent.startswith("http://127.0.0.1/callback?token=")


def test_a_decision_is_made_once(lastfm: LastfmVisitor) -> None:
    page = lastfm.authorize()

    assert lastfm.decide(page, decision="perhaps", listener="ana").status_code == 400
    assert "no listener named" in lastfm.decide(page, decision="allow", listener="not a name").text
    assert lastfm.decide(page, decision="allow", listener="ana").status_code == 303
    assert lastfm.decide(page, decision="allow", listener="ana").status_code == 400
    late = lastfm.authorize()
    lastfm.clock.now += 600
    assert lastfm.decide(late, decision="allow", listener="ana").status_code == 400


def test_signatures_cover_everything_but_the_format(lastfm: LastfmVisitor) -> None:
    """
    Names sort as they are written, text is UTF-8, and a signature that nobody asked for is checked as well.
    """
    url = f"{lastfm.base}/2.0/"
    signed = sign(EXAMPLE)

    assert signed["api_sig"] == "df4100f61ed98496f7332ab86603a1d0"
    assert lastfm.session.get(url, params={**signed, "format": "json"}).json()["error"] == 4
    for changed in ({"token": "e"}, {"more": "1"}, {"api_sig": signed["api_sig"][:-1]}, {"api_sig": ""}):
        answer = lastfm.session.get(url, params={**signed, "format": "json", **changed})
        assert answer.json()["error"] == 13
    assert lastfm.refused("auth.getSession", token=lastfm.token()) == (13, 200)
    assert lastfm.refused("user.getInfo", user="ana", api_sig="0" * 32) == (13, 200)


def test_a_session_lives_until_it_is_revoked(fan: Fan) -> None:
    """
    What is public stays public.
    """
    visitor, ben = fan.visitor, fan.visitor.log_in("ben")
    visitor.clock.now += 10 * 365 * 86_400
    assert visitor.signed("user.getInfo", sk=fan.key).json()["user"]["name"] == "ana"
    fan.arrange(revoke=True)

    assert visitor.signed("user.getInfo", sk=fan.key).json()["error"] == 9
    assert visitor.signed("user.getInfo", sk="never issued").json()["error"] == 9
    assert visitor.signed("user.getInfo", sk=ben.key).json()["user"]["name"] == "ben"
    assert fan.recent()["@attr"]["user"] == "ana"
    again = visitor.log_in()
    assert visitor.signed("user.getInfo", sk=again.key).json()["user"]["name"] == "ana"


def test_hidden_listening_is_for_its_owner(fan: Fan) -> None:
    visitor, ben = fan.visitor, fan.visitor.log_in("ben")
    fan.arrange(hidden=True)

    def told_to(key: str) -> int:
        answer = visitor.signed("user.getRecentTracks", user="ana", sk=key).json()
        return int(answer.get("error", 0))

    assert visitor.refused("user.getRecentTracks", user="ana") == (17, 403)
    assert (told_to(ben.key), told_to(fan.key)) == (17, 0)
    assert visitor.refused("user.getRecentTracks", user="ana", sk=fan.key) == (13, 200)
    assert fan.loved()["@attr"]["total"] == "150"
    fan.arrange(hidden=False)
    assert fan.recent()["@attr"]["total"] == "3000"


def test_sessions_survive_a_restart(lastfm: LastfmVisitor, tmp_path: Path) -> None:
    """
    In a file for the owner alone; a revoked one stays revoked.
    """
    file = tmp_path / "grants.json"
    ana, ben = lastfm.log_in(), lastfm.log_in("ben")
    ben.arrange(revoke=True)
    grants.save(lastfm.inside.accounts, file)
    reborn = Simulator(Options(grants=file), lastfm.clock)

    assert file.stat().st_mode & 0o777 == 0o600
    assert reborn.accounts.listener_behind(ana.key) == "ana"
    assert reborn.accounts.session(ben.key) is None
    assert reborn.listeners.find("ANA") is not None
    assert ana.key in reborn.secrets
    assert Simulator(Options(grants=tmp_path / "none.json")).accounts.sessions == {}


def test_all_secrets_are_told(start_lastfm: Callable[..., LastfmVisitor]) -> None:
    visitor = start_lastfm(client_secret="hush")
    waiting = visitor.token()

    assert set(visitor.control("GET", "/secrets")["secrets"]) == {"hush", waiting}
    assert "hush" not in repr(visitor.inside.options)
