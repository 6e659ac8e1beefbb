"""The infrastructure program: one ComponentResource per box of the architecture picture."""
