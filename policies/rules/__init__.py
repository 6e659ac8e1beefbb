"""The rules, one file per subject of the brief; no rule imports another."""
