"""What every Pulumi plugin does to be found: serve gRPC on loopback and print the port."""

import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

# Pulumi's own limit: a deployment's properties may be large (archives, policies, dashboards).
_MESSAGE_BYTES = 400 * 1024 * 1024
_THREADS = 64


def serve(register: Callable[[Any], None]) -> None:
    """Serves a plugin until the engine ends this process.

    Args:
        register: adds the plugin's service to the server it is given.
    """
    server = grpc.server(
        ThreadPoolExecutor(max_workers=_THREADS),
        options=[
            ("grpc.max_receive_message_length", _MESSAGE_BYTES),
            ("grpc.max_send_message_length", _MESSAGE_BYTES),
        ],
    )
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    # The engine ends its plugins by an interrupt once it is done with them: that is no error.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.stop(grace=None))
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
