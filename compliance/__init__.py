"""From one preview to evidence, and from evidence to every report.

`check` runs the engine once under the policy pack (`preview`, or `deployed` for what exists),
asks the plan gate what the pack cannot see, applies the waivers and writes down one canonical
`Evidence`. Every report is rendered from that evidence and from nothing else.
"""
