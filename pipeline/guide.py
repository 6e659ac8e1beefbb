"""What `pipeline` says by itself: the few commands of each kind of person."""

from collections.abc import Iterator

GUIDE = {
    "To try it": {
        "demo": "deploy here, process sample files, show what came of them",
        "doctor": "what this machine has, what is wrong, what to do",
    },
    "To run it": {
        "up": "check, then deploy",
        "feed show": "where a feed stands, and what holds it",
        "feed retry": "read a file again",
        "redrive": "take up what is in a dead-letter queue",
        "logs": "what the functions wrote",
    },
    "To send files": {
        "inspect": "try a file before it is sent",
        "formats": "the forms of files that can be read",
        "send": "upload files of a feed",
        "status": "what became of them",
    },
    "To audit it": {
        "check": "judge a program, or what is deployed, by every policy",
        "report": "write a report again from its evidence",
        "export": "the plan, as Terraform has it, for other scanners",
    },
    "To read the results": {
        "results": "a feed's days and bars",
        "query": "ask the data set with SQL",
        "plot": "draw a symbol's day",
    },
}
"""By what a person is here for: commands, and what each does."""


def lines() -> Iterator[str]:
    """The text, a line at a time."""
    yield "The market-data pipeline: deployed under its policy pack, here or on AWS."
    width = max(len(command) for commands in GUIDE.values() for command in commands)
    for purpose, commands in GUIDE.items():
        yield ""
        yield purpose
        for command, what in commands.items():
            yield f"  pipeline {command:<{width}}  {what}"
    yield ""
    yield "All commands: pipeline --help. One of them: pipeline COMMAND --help."
