"""The ways that messages and calls take from one resource to another."""
