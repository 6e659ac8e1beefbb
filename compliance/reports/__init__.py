"""One module per report; each has `render(evidence) -> str` and reads nothing but the evidence."""
