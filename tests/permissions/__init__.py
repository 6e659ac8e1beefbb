"""Every right of every role, taken away in turn: without it something must fail."""
