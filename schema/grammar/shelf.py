"""A bounded memory in which what is asked for again outlives what was asked for once."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shelf(Generic[K, V]):
    """Keeps as many as fit into `room`, each taking the room it is said to. A newcomer stands in a quarter of it until
    it is asked for again: a stream of things that come once drives out nothing but itself.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self._new: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._known: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._taken = {id(self._new): 0, id(self._known): 0}

    def __len__(self) -> int:
        return len(self._new) + len(self._known)

    def get(self, key: K) -> V | None:
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key][0]
        if key not in self._new:
            return None
        value, size = self._take(self._new, key)
        self._put(self._known, key, value, size, self.room - self.room // 4)
        return value

    def keep(self, key: K, value: V, size: int = 1) -> None:
        """Remember it; what alone is larger than a newcomer's room is not kept."""
        for kept in (self._new, self._known):
            if key in kept:
                self._take(kept, key)
        if size > self.room // 4:
            return
        self._put(self._new, key, value, size, self.room // 4)

    def _take(self, kept: OrderedDict[K, tuple[V, int]], key: K) -> tuple[V, int]:
        value, size = kept.pop(key)
        self._taken[id(kept)] -= size
        return value, size

    def _put(self, kept: OrderedDict[K, tuple[V, int]], key: K, value: V, size: int, room: int) -> None:
        kept[key] = (value, size)
        self._taken[id(kept)] += size
        while self._taken[id(kept)] > room:
            self._take(kept, next(iter(kept)))
