"""What is said to the person at the terminal."""

from collections.abc import Callable

import pytest

from pipeline import console


@pytest.mark.parametrize("tell", [console.say, console.complain])
def test_what_others_wrote_does_not_steer_the_terminal(
    tell: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    tell("acme/x \x1b]0;title\x07\x9b2J[bold]\nü 💩")
    said = capsys.readouterr().err
    assert said.endswith("acme/x \ufffd]0;title\ufffd\ufffd2J[bold]\nü 💩\n")
