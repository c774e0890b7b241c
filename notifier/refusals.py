"""When refusals speak of us and not of those they name: where nobody is accepted between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from notifier.bounces import is_of_the_address
from notifier.model import Delivery
from notifier.retry import Reply

TOO_MANY = 30
"""This many first attempts refused in a row, and none accepted between them, are no list of bad addresses (F26)."""


@dataclass(slots=True)
class Refusals:
    """The deliveries refused since the last one that was accepted; of whom that says something, once one is."""

    _refused: list[tuple[Delivery, Reply]] = field(default_factory=list)
    _believed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def are_too_many(self) -> bool:
        """Whether sending has to be held."""
        return len(self._refused) >= TOO_MANY

    def refused(self, one: Delivery, reply: Reply) -> None:
        """One more. At a later attempt, which only a hold leads to, it is refused for its own sake."""
        if one.attempts == 1:
            self._refused.append((one, reply))

    def accepted(self) -> None:
        """The server takes mail of ours: those before were refused for their own sakes."""
        of_addresses = ((one, reply) for one, reply in self._refused if is_of_the_address(reply.enhanced))
        self._believed += [(one.address, reply.enhanced) for one, reply in of_addresses if one.asks_again]
        self._refused.clear()

    def of_us(self) -> list[int]:
        """The deliveries in a row, which are counted no more."""
        ids = [one.id for one, _ in self._refused]
        self._refused.clear()
        return ids

    def of_addresses(self) -> Sequence[tuple[str, str]]:
        """The addresses that there are not, each with the status that said so; each is named once."""
        believed, self._believed = self._believed, []
        return believed
