"""A mention: a typed span of tokens, the unit in which the grammar thinks."""

from __future__ import annotations

from deepspine.labeling.level_mentions import LevelGroup
from deepspine.labeling.lexicon import Rule

BONE_LESION = "site.bone_lesion"
INFECTION = "infection"
OEDEMA = frozenset(("modic.edema", "pred.oedema"))
BONE = frozenset(("site.bone", BONE_LESION))
"""Rules whose words are of what befalls bone, of infections, of oedema of endplates; and of bone and its lesions."""

HEADS = frozenset(("finding", "pred"))
NAMED = HEADS | {"site", "zone"}
"""Kinds of mentions that name a lesion, and where it lies."""

SIDES = frozenset(("side", "side_post"))
MODIFIED = NAMED | {"side"}
"""Kinds of mentions that a word right before them modifies."""

TELLS = frozenset(
    ("reveal", "reveals", "revealed", "show", "shows", "showed", "demonstrate", "demonstrates", "demonstrated",
     "disclose", "discloses", "disclosed")
)  # fmt: skip
"""Verbs of what tells, as an examination does."""

DEGREES = frozenset(("grade", "number", "mm"))
CLAUSE_ENDS = frozenset(",;:(")
"""Values of marks."""


class Mention:
    """A typed span of tokens.

    Attributes
    ----------
    kind, value, form
        As in the rule that found it.
    rule
        The rule.
    i, j
        First token, and the one behind the last.
    bits
        Grades, where it names some.
    group
        The levels, for level mentions.
    number
        Size in mm or grade number, where it is one.
    """

    __slots__ = ("bits", "form", "group", "i", "j", "kind", "number", "plural", "rule", "value")

    def __init__(self, rule: Rule, i: int, j: int) -> None:
        self.rule = rule
        self.kind = rule.kind
        self.value = rule.value
        self.form = rule.form
        self.bits = rule.bits
        self.plural = rule.plural
        self.i = i
        self.j = j
        self.group: LevelGroup | None = None
        self.number = 0.0

    def of_several(self) -> Mention:
        """Return the same words said of more than one."""
        twin = Mention(self.rule, self.i, self.j)
        twin.plural = True
        return twin

    def __repr__(self) -> str:
        return f"{self.kind}:{self.value}[{self.i}:{self.j}]"
