"""Serves the pack to the engine over its analyzer protocol."""

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto import analyzer_pb2_grpc

from policies.pack.catalogue import POLICIES
from policies.pack.log import AnswerLog
from policies.pack.servicer import PackServicer

_LARGEST_MESSAGE = 400 * 1024 * 1024
"""Bytes: what the engine allows itself, so that a stack of any size passes."""


def serve() -> None:
    """Serve until the engine ends the process. The port is the first line of standard output."""
    server = grpc.server(
        ThreadPoolExecutor(max_workers=4),
        options=[
            ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
            ("grpc.max_send_message_length", _LARGEST_MESSAGE),
        ],
    )
    servicer = PackServicer(POLICIES, AnswerLog.from_environment())
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
