"""The pipeline on one machine: setup, toolchain, language host, AWS provider and emulator."""
