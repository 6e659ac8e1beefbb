"""Tools of the repository: mutants of the stack and of the pack, and benchmarks. Not shipped."""
