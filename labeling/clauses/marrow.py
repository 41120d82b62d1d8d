"""Oedema of endplates that a fracture, an infection or a node explains, which is no Modic change."""

from __future__ import annotations

from deepspine.labeling.clauses.lookahead import Lookahead
from deepspine.labeling.mentions import BONE_LESION, INFECTION, OEDEMA, Mention

_OF_DEGENERATION = frozenset(("modic", "discogenic", "reactive", "degenerative"))
"""Words of an oedema that name its cause themselves."""

_AROUND = frozenset(("about", "around", "surrounding"))
_OF_LESION_BEFORE = _AROUND | {"adjacent", "associated", "accompanying", "perilesional", "with"}
_ARTICLES = frozenset(("a", "an", "the"))
_DENIALS = frozenset(("neg", "post_neg"))


class Marrow(Lookahead):
    """Oedema of endplates that a fracture, an infection or a node explains, which is no Modic change."""

    def _leave_oedema_of_lesions(self) -> None:
        """Say no Modic change of "oedema of the upper endplate of L3, in keeping with a fracture"."""
        oedemas = [frame for frame in self.frames if frame.head.rule.id in OEDEMA and not frame.neg]
        if not oedemas:
            return
        lesions = [mention for mention in self.mentions if mention.rule.id in (BONE_LESION, INFECTION)]
        for frame in oedemas:
            own = _OF_DEGENERATION.isdisjoint(self.words[frame.head.i : frame.head.j])
            explained = own and any(self._explains(lesion, frame.head) for lesion in lesions)
            if explained or self._is_around_node(frame.head):
                frame.finding = ""

    def _is_around_node(self, oedema: Mention) -> bool:
        """Whether an oedema lies around a node: "| edema about a Schmorl's node", "node with surrounding | edema"."""
        if self.words[oedema.i - 1] in _OF_LESION_BEFORE:
            before = [mention for mention in self.mentions if mention.i < oedema.i and mention.kind == "finding"]
            return bool(before) and before[-1].value == "schmorl_node"
        behind = [mention for mention in self.mentions if mention.i >= oedema.j]  # a heading may name the oedema
        node = next((mention for mention in behind if mention.kind in ("finding", "conj", "mark")), None)
        if node is None or node.value != "schmorl_node":
            return False
        place = node.i - 1
        return self.words[place - 1 if self.words[place] in _ARTICLES else place] in _AROUND

    def _explains(self, lesion: Mention, oedema: Mention) -> bool:
        """Whether a lesion is neither denied nor said of another place than an oedema: "... and a fracture of L1"."""
        start, end = min(lesion.j, oedema.j), max(lesion.i, oedema.i)
        between = {mention.kind for mention in self.mentions if start <= mention.i < end}
        place = self.mentions.index(lesion) + 1
        behind = self.mentions[place].kind if place < len(self.mentions) else ""
        elsewhere = lesion.rule.id == BONE_LESION and {"level", "conj"} <= between
        return _DENIALS.isdisjoint((*between, behind)) and not elsewhere
