"""How the pack runs: the server, its answers, and every policy as data."""
