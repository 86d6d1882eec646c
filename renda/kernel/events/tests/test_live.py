"""The stream: only signed keys, only what was asked for, nothing missed on the way back, and slow readers go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.template import Context, Template

from renda.kernel.errors import Forbidden, Invalid, TooMany
from renda.kernel.events import hub as hub_module
from renda.kernel.events import live as live_module
from renda.kernel.events import signing
from renda.kernel.events.hub import RESET, Hub
from renda.kernel.events.live import Live
from renda.kernel.jobs.tests.aside import run_aside


def drain(client: hub_module.Client) -> str:
    words = []
    while not client.queue.empty():
        words.append(client.queue.get_nowait())
    return "".join(words)


def test_a_key_is_taken_only_as_it_was_signed() -> None:
    good = signing.token("case:99")
    assert list(signing.keys([good, signing.token("party:1")])) == ["case:99", "party:1"]
    for bad in (good.replace("99", "98"), "case:99", good[:-1], ""):
        with pytest.raises(Forbidden):
            signing.keys([bad])
    for number in (0, signing.MOST_KEYS + 1):
        with pytest.raises(Invalid):
            signing.keys([good] * number)
    with pytest.raises(ValueError, match="no event key"):
        signing.token("case 99")


def test_an_old_page_hears_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    old = signing.token("case:99")
    later = time.time() + signing.MAX_AGE_SECONDS + 1
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    with pytest.raises(Forbidden):
        signing.keys([old])


def test_the_page_carries_keys_and_names() -> None:
    page = Template('{% load live %}<p {% live case|live_key:"case" "party:5" %} x="{% live_event "case:7" %}">')
    text = page.render(Context({"case": 7}))
    first, second = text.split('data-live="')[1].split('"')[0].split(" ")
    assert list(signing.keys([first, second])) == ["case:7", "party:5"]
    assert 'x="live-case-7"' in text


def test_a_client_hears_its_own_keys() -> None:
    hub = Hub()
    with hub.client({"case:1": time.time()}, "a") as client:
        drain(client)
        hub.publish(["case:1", "case:2"])
        assert drain(client).count("data: ") == 1
    assert len(hub) == 0
    hub.publish(["case:1"])
    assert client.queue.empty()


def test_a_browser_that_comes_back_hears_what_it_missed() -> None:
    hub = Hub()
    hub.publish(["case:1"])
    heard = f"{hub.boot}-{hub.sent}"
    hub.publish(["case:2", "case:1", "case:1"])
    with hub.client({"case:1": 0.0}, "a", heard) as client:
        assert drain(client).count("data: case:1") == 1
    with hub.client({"case:1": 0.0}, "a", f"{hub.boot}-{hub.sent}") as client:
        assert "data:" not in drain(client)
    with hub.client({"case:1": 0.0}, "a", "other-3") as client:
        assert RESET in drain(client)


def test_a_new_page_hears_what_happened_since_it_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    made = time.time() + 1
    hub.publish(["case:1"])
    with hub.client({"case:1": made}, "a") as client:
        assert "data:" not in drain(client)
    monkeypatch.setattr(time, "time", lambda: made + 0.5)
    hub.publish(["case:1"])
    with hub.client({"case:1": made}, "a") as client:
        assert "data: case:1" in drain(client)
    with hub.client({"case:1": made - 3600}, "a") as client:
        assert RESET in drain(client)


def test_what_is_forgotten_becomes_a_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "REMEMBERED", 3)
    hub = Hub()
    hub.publish([f"case:{number}" for number in range(10)])
    with hub.client({"case:0": 0.0}, "a", f"{hub.boot}-2") as client:
        assert RESET in drain(client)
    with hub.client({"case:9": 0.0}, "a", f"{hub.boot}-8") as client:
        assert RESET not in drain(client)


def test_too_many_of_one_address_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "MOST_PER_ADDRESS", 1)
    hub = Hub()
    with hub.client({"case:1": 0.0}, "a"):
        with pytest.raises(TooMany), hub.client({"case:1": 0.0}, "a"):
            pass
        with hub.client({"case:1": 0.0}, "b"):
            assert len(hub) == 2
    with hub.client({"case:1": 0.0}, "a"):
        assert len(hub) == 1


def test_a_reader_that_does_not_read_is_dropped() -> None:
    hub = Hub()
    with hub.client({"case:1": time.time()}, "a") as client:
        for _ in range(hub_module.WAITING + 1):
            hub.publish(["case:1"])
        assert client.dropped.is_set()


class Browser:
    """One GET against the application, without a network."""

    def __init__(self, live: Live, path: str = "/live", headers: dict[str, str] | None = None, **query: object) -> None:
        self.scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": urlencode(query, doseq=True).encode(),
            "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
            "client": ("127.0.0.1", 5),
        }
        self.live = live
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = ""
        self.leave = asyncio.Event()

    async def go(self) -> None:
        await self.live._answer(self.scope, self._receive, self._send)

    async def _receive(self) -> live_module.Message:
        await self.leave.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: live_module.Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message["body"].decode()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - what is waited for are plain fields of the browser above
            await asyncio.sleep(0.01)


def test_a_stream_from_the_first_word_to_the_last() -> None:
    async def scene() -> None:
        live = Live()
        origin = {"origin": "http://127.0.0.1:8000"}
        browser = Browser(live, headers=origin, keys=[signing.token("case:1")])
        task = asyncio.create_task(browser.go())
        await until(lambda: "retry:" in browser.body)
        assert browser.status == 200
        assert browser.headers["content-type"].startswith("text/event-stream")
        assert browser.headers["access-control-allow-origin"] == "http://127.0.0.1:8000"
        live.hub.publish(["case:1", "case:2"])
        await until(lambda: "data: case:1\n" in browser.body)
        assert "case:2" not in browser.body
        browser.leave.set()
        await asyncio.wait_for(task, 5)
        assert len(live.hub) == 0

    run_aside(scene())


def test_a_quiet_stream_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "HEARTBEAT_SECONDS", 0.05)

    async def scene() -> None:
        browser = Browser(Live(), keys=[signing.token("case:1")])
        task = asyncio.create_task(browser.go())
        await until(lambda: browser.body.count(": beat") >= 2)
        browser.live.hub.close()
        await asyncio.wait_for(task, 5)

    run_aside(scene())


@pytest.mark.parametrize(
    ("path", "keys", "origin", "status"),
    [
        ("/live", ["case:1"], "", 403),
        ("/live", [], "", 422),
        ("/other", [], "", 404),
        ("/health", [], "", 503),
        ("/live", ["case:1"], "http://evil.example", 403),
    ],
)
def test_refusals(path: str, keys: list[str], origin: str, status: int) -> None:
    browser = Browser(Live(), path, {"origin": origin} if origin else {}, keys=keys)
    run_aside(browser.go())
    assert browser.status == status
    assert "access-control-allow-origin" not in browser.headers
    assert len(browser.live.hub) == 0
