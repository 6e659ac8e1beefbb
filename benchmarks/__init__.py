"""What `make bench` measures: one module per subject, each against something real in the same run.

`python -m benchmarks.NAME [--quick] [--json]` runs one of them, `python -m benchmarks` runs all and
prints one table. With `--json` a module prints one `benchmarks.figures.Report`, which is all that
the table needs to know of it.
"""
