"""How long every log is kept (FN-4, MON-2)."""

from typing import Final

RETENTION: Final = 7  # days
