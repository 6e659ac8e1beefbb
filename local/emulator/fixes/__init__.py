"""What must differ from the stock emulator, one module per fault.

Each module says in its docstring what the stock emulator does, what AWS does, and has one
function `apply` that replaces the emulator's private functions. They are written for the exact
version that `launcher` demands.
"""


def apply() -> None:
    """Apply every fix to the emulator that is imported into this process."""
