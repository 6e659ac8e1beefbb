"""The tags that every taggable resource carries itself (ORG-1).

Each resource names them in its own arguments: nothing is added behind its back by the
provider or by a transform, so what a policy sees is what the program says.
"""

from collections.abc import Mapping
from typing import Final

TAGS: Final[Mapping[str, str]] = {"Environment": "Production", "Team": "Analytics"}
