"""The Python language host: a gRPC server that runs Pulumi programs and policy packs.

The Pulumi CLI starts ``pulumi-language-python`` from PATH, reads the port from the first line of
its output and calls the ``LanguageRuntime`` service. Programs and packs run in processes of their
own, so that nothing one of them does to its interpreter reaches another.

Protocol: https://pulumi-developer-docs.readthedocs.io/latest/docs/architecture/languages.html
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from local.plugin_server import serve

_PROGRAM_RUNNER = Path(__file__).with_name("program_runner.py")


def interpreter(info: language_pb2.ProgramInfo) -> str:
    """The Python that a program asks for.

    Args:
        info: where the program is, with its ``runtime.options``.

    Returns:
        The interpreter of the ``virtualenv`` option (relative to the folder of ``Pulumi.yaml`` or
        ``PulumiPolicy.yaml``) where that environment exists, else the one this host runs on.
    """
    if name := dict(info.options).get("virtualenv"):
        python = Path(info.root_directory, name, "bin", "python")
        if python.exists():
            return str(python)
    return sys.executable


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers the engine's calls; the message types say what each one carries."""

    def __init__(self, engine_address: str) -> None:
        self._engine_address = engine_address
        self._children: set[subprocess.Popen[bytes]] = set()

    def Handshake(self, _request: Any, _context: Any) -> Any:
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    def GetRequiredPackages(self, _request: Any, _context: Any) -> Any:
        # Providers are found on PATH: nothing is to be downloaded before the program runs.
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, _request: Any, _context: Any) -> Any:
        return language_pb2.GetRequiredPluginsResponse()

    def RuntimeOptionsPrompts(self, _request: Any, _context: Any) -> Any:
        return language_pb2.RuntimeOptionsResponse()

    def About(self, request: Any, _context: Any) -> Any:
        python = interpreter(request.info)
        version = ".".join(str(part) for part in sys.version_info[:3])
        return language_pb2.AboutResponse(executable=python, version=version)

    def GetProgramDependencies(self, _request: Any, _context: Any) -> Any:
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=item.name, version=item.version)
                for item in metadata.distributions()
            ]
        )

    def Run(self, request: Any, _context: Any) -> Any:
        """Runs a program to its end; what it prints goes to the user through the engine."""
        program = subprocess.Popen(
            [interpreter(request.info), "-u", str(_PROGRAM_RUNNER), self._engine_address],
            stdin=subprocess.PIPE,
            cwd=request.info.program_directory,
        )
        self._children.add(program)
        program.communicate(request.SerializeToString())
        self._children.discard(program)
        if program.returncode == 0:
            return language_pb2.RunResponse()
        if program.returncode == 1:
            # The program has reported its own error: the engine need not say it again.
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"the program ended with status {program.returncode}")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        """Runs a policy pack and streams what it prints: its first line is its port."""
        command = [interpreter(request.info), "-u"]
        if request.kind == "analyzer":
            # `args` is the engine's address and its logging flags; the pack's folder is not in it.
            program = request.info.program_directory
            command += ["-m", "pulumi.policy", *request.args, program]
        else:
            command += [request.info.program_directory, *request.args]
        plugin = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=request.pwd,
            env={**os.environ, **dict(entry.split("=", 1) for entry in request.env)},
        )
        self._children.add(plugin)
        context.add_callback(plugin.terminate)
        yield from _stream(plugin)
        self._children.discard(plugin)

    def Cancel(self, _request: Any, _context: Any) -> Any:
        from google.protobuf.empty_pb2 import Empty

        for child in tuple(self._children):
            child.terminate()
        return Empty()


def _stream(plugin: "subprocess.Popen[bytes]") -> Iterator[Any]:
    """Both output streams of a plugin as they come, then its exit code."""
    answers: SimpleQueue[Any] = SimpleQueue()

    def read(stream: IO[bytes], field: str) -> None:
        while data := stream.read1(65536):  # type: ignore[attr-defined]
            answers.put(language_pb2.RunPluginResponse(**{field: data}))
        answers.put(None)

    for stream, field in ((plugin.stdout, "stdout"), (plugin.stderr, "stderr")):
        threading.Thread(target=read, args=(stream, field), daemon=True).start()
    for _ in range(2):
        while (answer := answers.get()) is not None:
            yield answer
    yield language_pb2.RunPluginResponse(exitcode=plugin.wait())


def serve_engine(arguments: Sequence[str]) -> None:
    """Serves until the CLI ends this process.

    Args:
        arguments: the command line; its last word is the engine's gRPC address.
    """
    host = LanguageHost(arguments[-1] if arguments else "")
    serve(lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server))
