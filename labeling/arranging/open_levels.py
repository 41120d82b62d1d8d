"""Sites that are narrow at one level and open at the next: "canal mild at L3-4, patent at L4-5"."""

from __future__ import annotations

from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import HEADS, Mention

_STOP = Rule("mark.open_level", "mark", ";", ())
_JOINTS = frozenset((",", "and", "but"))


def with_site_of_open_level(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Name the site again, with its side, that has a degree at one level and a state at another.

    Only where no finding is named, which would tell by itself what is narrow.
    """
    subject = [mention for mention in mentions if mention.kind in ("side", "site")]
    sites = [mention for mention in subject if mention.kind == "site"]
    if len(sites) != 1 or subject[-1] is not sites[0] or any(mention.kind in HEADS for mention in mentions):
        return mentions
    arranged: list[Mention] = []
    for index, mention in enumerate(mentions):
        if mention.kind == "open" and _is_of_next_level(mentions, index) and _has_degree_at_level(arranged, sites[0]):
            joint = mention.i
            while words[arranged[-1].i] in _JOINTS:
                joint = arranged.pop().i
            if joint < mention.i:
                again = [Mention(one.rule, mention.i, mention.i) for one in subject]
                arranged += [Mention(_STOP, joint, mention.i), *again]
        arranged.append(mention)
    return arranged


def _is_of_next_level(mentions: list[Mention], index: int) -> bool:
    """Whether a level stands behind a state: "patent | at L4-5"."""
    return [mention.kind for mention in mentions[index + 1 : index + 3]] == ["of", "level"]


def _has_degree_at_level(before: list[Mention], site: Mention) -> bool:
    kinds = {mention.kind for mention in before if mention.i >= site.i}
    return "grade" in kinds and "level" in kinds
