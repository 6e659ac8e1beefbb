"""What can stop a check: a run whose result may not be trusted."""


class BrokenRunError(Exception):
    """The preview, the pack's answers or the evidence is broken, so there is no verdict.

    The message names what is wrong and what to do. The command line exits with
    `check.EXIT_BROKEN`: a broken run is never reported as compliant.
    """
