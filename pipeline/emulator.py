"""The local stack's emulator: started where a command needs it."""

from local import environment
from local.emulator import process
from local.emulator.process import Emulator
from pipeline.console import step
from pipeline.target import Target


def start(target: Target) -> Emulator:
    """Start the emulator in the background, unless it runs already."""
    state = environment.emulator_state(target.project)
    running = process.status(state)
    if running is not None:
        return running
    with step("Starting the emulator") as current:
        emulator = process.start(state, environment.port(target.project))
        current.result(emulator.endpoint)
    return emulator


def stop(target: Target) -> bool:
    """Stop the emulator; its state stays for the next start. Whether there was one."""
    return process.stop(environment.emulator_state(target.project))
