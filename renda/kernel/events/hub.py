"""Who listens to which key: in memory, per process, lost without harm (a page that reconnects is told to ask again)."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
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

    def __init__(self, keys: Mapping[str, float]) -> None:
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
        # (number, second, key); what was before the first one is unknown here.
        self._recent: deque[tuple[int, float, str]] = deque(maxlen=REMEMBERED)
        self._since = time.time()
        self._clients: set[Client] = set()
        self._listeners: defaultdict[str, set[Client]] = defaultdict(set)
        self._addresses: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._clients)

    @contextmanager
    def client(self, keys: Mapping[str, float], address: str, last_id: str = "") -> Iterator[Client]:
        """Listen to ``keys`` (each with the second its page was made); ``last_id``: what the browser heard last.

        What happened between the making of the page (or the last word heard) and now comes first.

        Raises:
            TooMany: this address, or this process, has no room left.
        """
        if len(self._clients) >= MOST_CLIENTS or self._addresses[address] >= MOST_PER_ADDRESS:
            raise TooMany("event.too_many", "实时连接过多，请稍后再试。")
        client = Client(keys)
        for text in self._missed(keys, last_id):
            client.put(text)
        client.put(self._hello())
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
            if len(self._recent) == REMEMBERED:
                self._since = self._recent[0][1]
            self._recent.append((self.sent, time.time(), key))
            text = self._message(self.sent, key)
            for client in self._listeners.get(key, ()):
                client.put(text)

    def reset(self) -> None:
        """Tell every page to ask again for all it shows."""
        self._recent.clear()
        self._since = time.time()
        self.boot = secrets.token_hex(4)
        for client in self._clients:
            client.put(RESET)

    def close(self) -> None:
        """End every stream; the browsers come back by themselves."""
        for client in self._clients:
            client.dropped.set()

    def _hello(self) -> str:
        # How soon to come back (spread, so that not all come at once), and where we are.
        retry = 1000 + secrets.randbelow(3000)
        return f"retry: {retry}\nid: {self.boot}-{self.sent}\n: renda\n\n"

    def _missed(self, keys: Mapping[str, float], last_id: str) -> Iterator[str]:
        boot, _, number = last_id.partition("-")
        if boot == self.boot and number.isdigit():
            heard, known = int(number), not self._recent or self._recent[0][0] <= int(number) + 1
        else:
            heard, known = 0, min(keys.values()) > self._since
        if not known:
            yield RESET
            return
        changed = {
            key: count
            for count, second, key in self._recent
            if key in keys and count > heard and (heard or second >= keys[key])
        }
        for key, count in changed.items():
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
