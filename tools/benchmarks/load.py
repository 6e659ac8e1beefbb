"""Requests at a steady rate, whatever becomes of those before: latencies without omissions."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer: its HTTP status, 0 where there was none, and its latency in seconds.

    The latency counts from when the request was due, so that one that had to wait for others
    shows it.
    """

    status: int
    latency: float


def steadily(
    host: str, port: int, requests: Sequence[bytes], *, rate: float, seconds: float
) -> list[Answer]:
    """Send the requests in turn, over and over, so many a second.

    Args:
        host: Where the server listens.
        port: Its port, of plain HTTP.
        requests: Each as it goes over the wire, without a body.
        rate: Requests a second.
        seconds: For how long.
    """
    return asyncio.run(_run(_Connections(host, port), requests, rate, int(rate * seconds)))


async def _run(
    connections: "_Connections", requests: Sequence[bytes], rate: float, count: int
) -> list[Answer]:
    began = time.monotonic()
    tasks = []
    for n in range(count):
        due = began + n / rate
        await asyncio.sleep(max(due - time.monotonic(), 0))
        tasks.append(asyncio.create_task(connections.ask(requests[n % len(requests)], due)))
    return await asyncio.gather(*tasks)


class _Connections:
    """Connections that are kept open, as many as are needed at once."""

    def __init__(self, host: str, port: int) -> None:
        self._where = host, port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, request: bytes, due: float) -> Answer:
        try:
            if self._idle:
                reader, writer = self._idle.pop()
            else:
                reader, writer = await asyncio.open_connection(*self._where)
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(_length(head))
        except (OSError, asyncio.IncompleteReadError):
            return Answer(status=0, latency=time.monotonic() - due)
        self._idle.append((reader, writer))
        return Answer(status=int(head.split(b" ", 2)[1]), latency=time.monotonic() - due)


def _length(head: bytes) -> int:
    _, found, rest = head.partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0
