"""The tests; a package, so that `tests.policies` is not taken for `policies`."""
