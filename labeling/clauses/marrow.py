"""Oedema of endplates that a fracture or an infection explains, which is no Modic change."""

from __future__ import annotations

from deepspine.labeling.clauses.lookahead import Lookahead
from deepspine.labeling.mentions import BONE_LESION, INFECTION, OEDEMA, Mention

_OF_DEGENERATION = frozenset(("modic", "discogenic", "reactive", "degenerative"))
"""Words of an oedema that name its cause themselves."""

_DENIALS = frozenset(("neg", "post_neg"))


class Marrow(Lookahead):
    """Oedema of endplates that a fracture or an infection explains, which is no Modic change."""

    def _leave_oedema_of_lesions(self) -> None:
        """Say no Modic change of "oedema of the upper endplate of L3, in keeping with a fracture"."""
        oedemas = [frame for frame in self.frames if frame.head.rule.id == OEDEMA and not frame.neg]
        if not oedemas:
            return
        lesions = [mention for mention in self.mentions if mention.rule.id in (BONE_LESION, INFECTION)]
        for frame in oedemas:
            own = _OF_DEGENERATION.isdisjoint(self.words[frame.head.i : frame.head.j])
            if own and any(self._explains(lesion, frame.head) for lesion in lesions):
                frame.finding = ""

    def _explains(self, lesion: Mention, oedema: Mention) -> bool:
        """Whether a lesion is neither denied nor said of another place than an oedema: "... and a fracture of L1"."""
        start, end = min(lesion.j, oedema.j), max(lesion.i, oedema.i)
        between = {mention.kind for mention in self.mentions if start <= mention.i < end}
        place = self.mentions.index(lesion) + 1
        behind = self.mentions[place].kind if place < len(self.mentions) else ""
        elsewhere = lesion.rule.id == BONE_LESION and {"level", "conj"} <= between
        return _DENIALS.isdisjoint((*between, behind)) and not elsewhere
