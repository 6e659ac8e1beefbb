"""Policy documents: where they stand, what they say, and what they let a role or a service do."""
