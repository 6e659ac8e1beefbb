"""The deployed pipeline, seen from outside: the same tests on the emulator and on AWS."""
