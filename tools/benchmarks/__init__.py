"""What `make bench` measures: one module per subject, each against something real in the same run.

`python -m tools.benchmarks.NAME [--quick] [--json]` runs one of them, `python -m tools.benchmarks`
runs all and prints one table. With `--json` a module prints one `tools.benchmarks.figures.Report`,
which is all that the table needs to know of it.
"""
