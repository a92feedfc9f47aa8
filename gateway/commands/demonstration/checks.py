"""What the demonstration expects. One thing that does not hold fails the whole."""

from typing import Final

from rich.rule import Rule

from gateway.commands.terminal import OUT


class Checks:
    """Says each expectation as it is met or missed, and remembers the missed ones."""

    def __init__(self) -> None:
        self.held = 0
        self.missed: Final[list[str]] = []

    def expect(self, what: str, holds: object) -> None:
        """Record whether something is as it must be."""
        if holds:
            self.held += 1
            OUT.print(f"[green]✓[/] {what}")
        else:
            self.missed.append(what)
            OUT.print(f"[bold red]✗ {what}[/]")


def act(title: str) -> None:
    """Open an act."""
    OUT.print()
    OUT.print(Rule(f"[bold]{title}[/]", align="left"))
