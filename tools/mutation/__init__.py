"""Does every rule bite? One change of the compliant stack at a time, and who objects to it."""
