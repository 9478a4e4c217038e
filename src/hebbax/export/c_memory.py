"""What a controller in C keeps in RAM."""

from __future__ import annotations

from dataclasses import dataclass

from hebbax.export.description import Description


@dataclass(frozen=True)
class Memory:
    """The fields of a controller's struct, and where in them what stands."""

    description: Description

    @property
    def fields(self) -> str:
        """The fields as C declares them."""
        found = self.description
        sizes = {
            "weights": (found.weight_count, "that change, one connection after the other, row by row"),
            "drawn": (sum(one.size for one in found.drawn), "weights that are drawn at the start, and stay"),
            "states": (self.states_at(len(found.connections)), "of synapses"),
            "units": (found.units, "activations of the last pass"),
            "means": (max((one.size for one in found.histories), default=0), "of past activations"),
            "action": (found.action_size, "the last"),
        }
        lines = [f"float {name}[{size}]; /* {told} */" for name, (size, told) in sizes.items() if size]
        for place, one in enumerate(found.histories):
            lines.append(f"float history_{place}[{one.rows * one.size}]; /* {one.averaging}, window {one.window} */")
            if one.averaging == "exponential":
                lines.append(f"float gathered_{place}; /* its weight so far */")
        return "\n".join([*lines, "uint32_t tick; /* steps so far */", "int status; /* of the last step */"])

    @property
    def bytes(self) -> int:
        """Size of the struct, where a float has four bytes and nothing is padded."""
        return 4 * sum(int(line.partition("[")[2].partition("]")[0] or 1) for line in self.fields.splitlines())

    def weights_at(self, index: int) -> int:
        """Where in `weights` or `drawn` those of a connection begin."""
        found = self.description
        one = found.connections[index]
        before = [other for other in found.connections[:index] if other.draw is not None or other.learning is not None]
        return sum(other.size for other in before if (other.learning is None) == (one.learning is None))

    def states_at(self, index: int) -> int:
        """Where in `states` those of a connection's synapses begin, each state for itself."""
        found = self.description
        return sum(
            one.size * len(found.learnings[one.learning].states)
            for one in found.connections[:index]
            if one.learning is not None
        )
