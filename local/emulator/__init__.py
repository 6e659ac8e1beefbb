"""The embedded AWS emulator: MiniStack of one exact version, with its known faults fixed.

`process` starts and stops it as a process of its own, `launcher` is that process, and
`fixes` holds what must differ from the stock emulator, one file per fault.
"""
