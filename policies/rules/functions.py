"""Rules on the functions' own configuration (FN, SEC-4, MON-1)."""

import re

from policies.facts import archives, go_binary
from policies.facts.resource import Resource
from policies.facts.types import FUNCTION, FUNCTION_ASYNC
from policies.pack.answers import Answer, failed, verdict
from policies.pack.policy import Rule, Settings, Severity, only

RUNTIME = Rule(
    name="function-runtime",
    sentence=(
        "Functions run on {runtime}, the runtime that AWS maintains for Go, with handler {handler}."
    ),
    severity=Severity.HIGH,
    requirements=("FN-2",),
    fix="Set runtime to {runtime}, handler to {handler}, and deliver a zip archive.",
    governs=only(FUNCTION),
    schema={
        "runtime": {
            "type": "string",
            "description": "Lambda runtime identifier.",
            "default": "provided.al2023",
        },
        "handler": {
            "type": "string",
            "description": "Name of the executable.",
            "default": "bootstrap",
        },
    },
    passes=("Function: {runtime: provided.al2023, handler: bootstrap}",),
    fails=(
        "Function: {runtime: nodejs22.x, handler: index.handler}",
        "Function: {packageType: Image}",
    ),
)


def _judge_runtime(function: Resource, settings: Settings) -> Answer:
    inputs = function.inputs
    problems = []
    if inputs.text("packageType") not in (None, "Zip"):
        problems.append("packageType is not Zip, so that an image would choose the runtime")
    if inputs.has("imageUri"):
        problems.append("imageUri is set, so that an image would choose the runtime")
    if inputs.text("runtime") != settings["runtime"]:
        problems.append(f"runtime is not {settings['runtime']}")
    if inputs.text("handler") != settings["handler"]:
        problems.append(f"handler is not {settings['handler']}")
    return verdict(problems)


BINARY = Rule(
    name="function-binary",
    sentence="What a function runs was built by Go 1.x for the architecture that it declares.",
    severity=Severity.HIGH,
    requirements=("FN-2",),
    fix=(
        "Build bootstrap with Go 1.x, GOOS=linux and the GOARCH of architectures, without layers."
    ),
    governs=only(FUNCTION),
    schema={
        "version": {
            "type": "string",
            "description": "Regular expression for the Go toolchain's version.",
            "default": r"go1\..+",
        }
    },
    passes=(
        """
        Function: {code: {path: build/functions/arm64/validator.zip}, architectures: [arm64]}
        """,
    ),
    fails=(
        """
        Function: {code: {path: build/functions/arm64/validator.zip}, architectures: [x86_64]}
        """,
        "Function: {code: {assets: {bootstrap: {text: '#!/bin/sh'}}}}",
    ),
)


def _judge_binary(function: Resource, settings: Settings) -> Answer:
    inputs = function.inputs
    architectures = inputs.texts("architectures") or ["x86_64"]  # AWS's default
    try:
        binary = archives.executable(inputs.object("code"))
    except archives.NoExecutableError as error:
        return failed(f"code: {error}")
    except go_binary.NotGoError as error:
        return failed(f"code: bootstrap is no Go executable: {error}")
    problems = []
    if not inputs.is_empty("layers"):
        problems.append("layers puts code beside bootstrap that nobody reads")
    if not re.fullmatch(settings["version"], binary.version):
        problems.append("code: bootstrap was not built by Go 1.x")
    if binary.system != "linux":
        problems.append("code: bootstrap was not built for linux")
    if architectures != [binary.architecture]:
        problems.append(f"architectures is not {binary.architecture}, which bootstrap is built for")
    return verdict(problems)


MEMORY = Rule(
    name="function-memory",
    sentence="Functions have exactly {megabytes} MB of memory.",
    severity=Severity.HIGH,
    requirements=("FN-3",),
    fix="Set memorySize to {megabytes}.",
    governs=only(FUNCTION),
    schema={
        "megabytes": {
            "type": "integer",
            "description": "Memory of every function, in MB.",
            "minimum": 128,
            "maximum": 10240,
            "default": 512,
        }
    },
    passes=("Function: {memorySize: 512}",),
    fails=(
        "Function: {memorySize: 1024}",
        "Function: {}",
    ),
)


def _judge_memory(function: Resource, settings: Settings) -> Answer:
    memory = function.inputs.integer("memorySize")
    if memory is None:
        return failed("memorySize is missing, so that AWS would choose 128 MB")
    required = settings["megabytes"]
    return verdict([] if memory == required else [f"memorySize is {memory}, not {required}"])


TRACING = Rule(
    name="function-tracing",
    sentence="Functions trace every request actively.",
    severity=Severity.MEDIUM,
    requirements=("MON-1",),
    fix="Set tracingConfig.mode to Active.",
    governs=only(FUNCTION),
    passes=("Function: {tracingConfig: {mode: Active}}",),
    fails=(
        "Function: {tracingConfig: {mode: PassThrough}}",
        "Function: {}",
    ),
)


def _judge_tracing(function: Resource, _settings: Settings) -> Answer:
    mode = function.inputs.object("tracingConfig").text("mode")
    return verdict([] if mode == "Active" else ["tracingConfig.mode is not Active"])


RETRIES = Rule(
    name="function-attempts",
    sentence="An asynchronous call is dead-lettered after exactly {attempts} attempts.",
    severity=Severity.HIGH,
    requirements=("MQ-3", "FN-6"),
    fix=(
        "Let the call and its repeats (maximumRetryAttempts) be {attempts} in all, and leave "
        "maximumEventAgeInSeconds out."
    ),
    governs=only(FUNCTION_ASYNC),
    schema={
        "attempts": {
            "type": "integer",
            "description": "Attempts in all before the event goes to its on-failure destination.",
            "minimum": 1,
            "maximum": 3,
            "default": 3,
        },
        "eventAge": {
            "type": "integer",
            "description": "Shortest age, in seconds, at which an event may be given up: three"
            " calls of 15 minutes, and Lambda's waits of one and two minutes between them.",
            "minimum": 60,
            "maximum": 21600,
            "default": 3600,
        },
    },
    passes=("FunctionEventInvokeConfig: {maximumRetryAttempts: 2}",),
    fails=(
        "FunctionEventInvokeConfig: {maximumRetryAttempts: 1}",
        "FunctionEventInvokeConfig: {}",
    ),
)


def _judge_retries(config: Resource, settings: Settings) -> Answer:
    retries = config.inputs.integer("maximumRetryAttempts")
    required = settings["attempts"] - 1
    problems = []
    if retries != required:
        found = "missing" if retries is None else str(retries)
        problems.append(f"maximumRetryAttempts is {found}, not {required}")
    age = config.inputs.integer("maximumEventAgeInSeconds")
    if age is not None and age < settings["eventAge"]:
        problems.append(
            f"maximumEventAgeInSeconds is {age}, less than {settings['eventAge']}: "
            "an event may be too old for its last attempt"
        )
    return verdict(problems)


POLICIES = (
    RUNTIME.judged_alone(_judge_runtime),
    BINARY.judged_alone(_judge_binary),
    MEMORY.judged_alone(_judge_memory),
    TRACING.judged_alone(_judge_tracing),
    RETRIES.judged_alone(_judge_retries),
)
