"""Who listens to which key: in memory, per process, lost without harm (a page that reconnects is told to ask again)."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from renda.kernel.errors import TooMany

# What a browser that was away may have missed; older than this it asks for everything.
REMEMBERED = 5000
# A browser that does not read this many messages is dropped; it reconnects and asks again.
WAITING = 200
MOST_CLIENTS = 4000
# An office sits behind one address.
MOST_PER_ADDRESS = 300

RESET = "event: reset\ndata:\n\n"


class Client:
    """One open page."""

    def __init__(self, keys: frozenset[str]) -> None:
        self.keys = keys
        self.queue: asyncio.Queue[str] = asyncio.Queue(WAITING)
        self.dropped = asyncio.Event()

    def put(self, text: str) -> None:
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            self.dropped.set()


class Hub:
    """Fans keys out to the clients of this process."""

    def __init__(self) -> None:
        self.boot = secrets.token_hex(4)
        self.sent = 0
        self._recent: deque[tuple[int, str]] = deque(maxlen=REMEMBERED)
        self._clients: set[Client] = set()
        self._listeners: defaultdict[str, set[Client]] = defaultdict(set)
        self._addresses: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._clients)

    @contextmanager
    def client(self, keys: frozenset[str], address: str, last_id: str = "") -> Iterator[Client]:
        """Listen to ``keys``; ``last_id`` is what the browser heard last, "" for a new page.

        Raises:
            TooMany: this address, or this process, has no room left.
        """
        if len(self._clients) >= MOST_CLIENTS or self._addresses[address] >= MOST_PER_ADDRESS:
            raise TooMany("event.too_many", "实时连接过多，请稍后再试。")
        client = Client(keys)
        for text in self._missed(keys, last_id):
            client.put(text)
        self._clients.add(client)
        self._addresses[address] += 1
        for key in keys:
            self._listeners[key].add(client)
        try:
            yield client
        finally:
            self._forget(client, address)

    def publish(self, keys: Iterable[str]) -> None:
        """Send each key to the pages that show it."""
        for key in keys:
            self.sent += 1
            self._recent.append((self.sent, key))
            text = self._message(self.sent, key)
            for client in self._listeners.get(key, ()):
                client.put(text)

    def reset(self) -> None:
        """Tell every page to ask again for all it shows."""
        self._recent.clear()
        self.boot = secrets.token_hex(4)
        for client in self._clients:
            client.put(RESET)

    def close(self) -> None:
        """End every stream; the browsers come back by themselves."""
        for client in self._clients:
            client.dropped.set()

    def hello(self) -> str:
        """The first words of a stream: how soon to come back (spread, so that not all come at once) and where we are."""
        retry = 1000 + secrets.randbelow(3000)
        return f"retry: {retry}\nid: {self.boot}-{self.sent}\n: renda\n\n"

    def _missed(self, keys: frozenset[str], last_id: str) -> Iterator[str]:
        boot, _, number = last_id.partition("-")
        if not last_id:
            return
        oldest = self._recent[0][0] if self._recent else self.sent + 1
        if boot != self.boot or not number.isdigit() or int(number) + 1 < oldest:
            yield RESET
            return
        for count, key in self._recent:
            if count > int(number) and key in keys:
                yield self._message(count, key)

    def _message(self, number: int, key: str) -> str:
        return f"id: {self.boot}-{number}\ndata: {key}\n\n"

    def _forget(self, client: Client, address: str) -> None:
        self._clients.discard(client)
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]
        for key in client.keys:
            self._listeners[key].discard(client)
            if not self._listeners[key]:
                del self._listeners[key]
