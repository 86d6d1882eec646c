"""The live process: one ASGI application that reads the outbox and speaks server-sent events. No query per client."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
from django.conf import settings
from django.http.request import validate_host

from renda.kernel.addresses import client_address, network_of
from renda.kernel.errors import RendaError
from renda.kernel.events import signing
from renda.kernel.events.hub import Client, Hub
from renda.kernel.events.outbox import Outbox

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

LOOK_SECONDS = 0.2
HEARTBEAT_SECONDS = 15.0
# A reader whose buffers are full for this long is dropped.
WRITE_SECONDS = 10.0

logger = logging.getLogger(__name__)


class Live:
    """``GET /live?keys=TOKEN&keys=…`` and ``GET /health``."""

    def __init__(self) -> None:
        self.hub = Hub()
        self._reader: asyncio.Task[None] | None = None
        self._healthy = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["method"] == "GET":
            self.start()
            await self._answer(scope, receive, send)
        elif scope["type"] == "http":
            await _plain(send, 405, "")

    def start(self) -> None:
        """Begin to read the outbox (once)."""
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read())

    async def stop(self) -> None:
        """End every stream and stop reading."""
        self.hub.close()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.start()
            else:
                await self.stop()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["path"] == "/health":
            await _plain(send, 200 if self._healthy else 503, f"{len(self.hub)}\n")
            return
        if scope["path"].rstrip("/") != "/live":
            await _plain(send, 404, "")
            return
        try:
            wanted = signing.keys(parse_qs(scope["query_string"].decode("latin-1")).get("keys", []))
            with self.hub.client(wanted, _address(scope), headers.get("last-event-id", "")) as client:
                await _stream(client, receive, send, _cross_origin(headers.get("origin", "")))
        except RendaError as refusal:
            await _plain(send, refusal.status, refusal.message, _cross_origin(headers.get("origin", "")))

    async def _read(self) -> None:
        outbox = Outbox()
        while True:
            try:
                keys = await outbox.look()
            except (psycopg.Error, OSError):
                if self._healthy:
                    logger.warning("the outbox cannot be read; trying again")
                self._healthy = False
                await outbox.close()
            else:
                self._healthy = True
                if keys is None:
                    self.hub.reset()
                else:
                    self.hub.publish(keys)
            await asyncio.sleep(LOOK_SECONDS)


async def _stream(client: Client, receive: Receive, send: Send, extra: list[tuple[bytes, bytes]]) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        *extra,
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    gone = asyncio.create_task(_gone(client, receive))
    try:
        while not client.dropped.is_set():
            text = await _next(client)
            # A reader that does not read blocks here, and no longer than this.
            async with asyncio.timeout(WRITE_SECONDS):
                await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    except (TimeoutError, OSError, RuntimeError):
        # The browser is away or does not read; it comes back with its Last-Event-ID.
        logger.debug("a live stream was cut")
    finally:
        gone.cancel()


async def _next(client: Client) -> str:
    word = asyncio.ensure_future(client.queue.get())
    end = asyncio.ensure_future(client.dropped.wait())
    try:
        done, _ = await asyncio.wait({word, end}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        return word.result() if word in done else ": beat\n\n"
    finally:
        word.cancel()
        end.cancel()


async def _gone(client: Client, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    client.dropped.set()


def _cross_origin(origin: str) -> list[tuple[bytes, bytes]]:
    # Exactly the page's origin, and only one of this site's own names. No credentials: the signature is the right.
    name = urlsplit(origin).hostname if origin else None
    if not name:
        return []
    ours = origin in settings.CSRF_TRUSTED_ORIGINS or validate_host(name, settings.ALLOWED_HOSTS)
    return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")] if ours else []


def _address(scope: Message) -> str:
    """The place a browser counts as; a header that came several times is read as one list (RFC 9110, 5.3)."""
    forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
    return network_of(client_address(str((scope.get("client") or ("", 0))[0]), ",".join(forwarded)))


async def _plain(send: Send, status: int, text: str, extra: list[tuple[bytes, bytes]] | None = None) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *(extra or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
