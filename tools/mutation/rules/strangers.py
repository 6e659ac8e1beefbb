"""Resources that appear beside those of the stack, and the policies that each has to wake."""

from tools.mutation.ownership import owned
from tools.mutation.strangers import strangers

RULES = tuple(
    owned(stranger.type.rsplit(":", 1)[-1], "", stranger.owners, "appear")
    for stranger in strangers("")
)
