"""Runs inside medspaCy's own environment: times and labels the texts given on standard input.

Equivalent target rules: the findings of the core scheme as literal phrases, ConText for negation and hedging, sentences
cut by rule. A label is made where a target stands in a sentence that names a level, or behind the last level named.
This file imports nothing of ours, so that it can run where ours is not installed.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import time
from typing import Any

ROUNDS, BATCH = 3, 100
"""Of each batch of texts the best of so many rounds counts, as for ours."""

LEVEL = re.compile(r"\b(?:T12|D12|L[1-5])\s?[-/]\s?(?:[LS]?[1-5])\b", re.IGNORECASE)
TARGETS = {
    "canal_stenosis": ["canal stenosis", "central stenosis", "spinal stenosis", "canal narrowing", "canal patent",
                       "central canal stenosis", "spinal canal narrowing", "central canal narrowing",
                       "canal is patent"],
    "foraminal_stenosis": ["foraminal stenosis", "foraminal narrowing", "neural foraminal stenosis",
                           "neural foraminal narrowing", "neuroforaminal narrowing", "foramina are patent",
                           "neuroforaminal stenosis", "exit canals", "exit neural canals", "exit canal"],
    "subarticular_stenosis": ["lateral recess stenosis", "lateral recess narrowing", "subarticular stenosis",
                              "subarticular recess narrowing", "recess narrowing"],
    "bulge": ["disc bulge", "disc bulges", "bulge", "bulging", "disk bulge", "disc osteophyte complex"],
    "herniation": ["disc protrusion", "protrusion", "extrusion", "disc herniation", "herniation", "sequestration",
                   "HNP"],
    "modic": ["Modic", "endplate changes", "Modic type 1", "Modic type 2"],
    "spondylolisthesis": ["anterolisthesis", "spondylolisthesis", "listhesis"],
    "retrolisthesis": ["retrolisthesis"],
    "degeneration": ["desiccation", "disc degeneration", "degenerative disc disease", "dehydration", "desiccated"],
    "nerve_root": ["nerve root compression", "nerve root impingement", "compressing the left nerve root", "nerve roots",
                   "nerve root"],
    "thecal_sac": ["thecal sac", "dural sac", "theca"],
}  # fmt: skip
GRADES = {
    "mild": "mild", "minimal": "mild", "small": "mild", "moderate": "moderate", "severe": "severe",
    "marked": "severe",
}  # fmt: skip
SIDES = {"left": ["left"], "right": ["right"]}
SCALES = {
    "herniation": "protrusion|extrusion|sequestration", "modic": "type1|type2|type3", "retrolisthesis": "present",
    "spondylolisthesis": "grade1|grade2|grade3|grade4", "nerve_root": "contact|displacement|compression",
    "thecal_sac": "contact|indentation|compression",
}  # fmt: skip
LATERAL = ("foraminal_stenosis", "subarticular_stenosis", "nerve_root")
LUMBAR = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")


def pipeline(sentencizer: bool) -> Any:
    """Return medspaCy with its own sentence splitter, or spaCy's plain one."""
    medspacy = importlib.import_module("medspacy")
    target_rule = importlib.import_module("medspacy.ner").TargetRule
    nlp: Any
    if sentencizer:
        nlp = importlib.import_module("spacy").blank("en")
        nlp.add_pipe("sentencizer")
        nlp.add_pipe("medspacy_target_matcher")
        nlp.add_pipe("medspacy_context")
    else:
        nlp = medspacy.load()
    rules = [
        target_rule(literal=phrase, category=finding) for finding, phrases in TARGETS.items() for phrase in phrases
    ]
    nlp.get_pipe("medspacy_target_matcher").add(rules)
    return nlp


def label(doc: Any) -> dict[str, str]:
    """Return labels by "level,finding,side" of one report."""
    found: dict[str, str] = {}
    levels: list[str] = []
    for sentence in doc.sents:
        named = [_level(match.group()) for match in LEVEL.finditer(sentence.text)]
        levels = [name for name in named if name] or levels
        for target in sentence.ents:
            for level in levels or (LUMBAR if target._.is_negated else ()):
                for side in _sides(target.label_, sentence.text):
                    found[f"{level},{target.label_},{side}"] = _grades(target, sentence.text)
    return found


def _level(text: str) -> str:
    digits = [int(n) for n in re.findall(r"\d+", text)]
    upper = "T12" if digits[0] == 12 else f"L{digits[0]}"
    lower = "S1" if digits[1] == 1 and digits[0] == 5 else f"L{digits[1]}"
    return f"{upper}-{lower}"


def _sides(finding: str, sentence: str) -> list[str]:
    if finding not in LATERAL:
        return [""]
    lowered = sentence.lower()
    said = [side for side in SIDES if re.search(rf"\b{side}\b", lowered)]
    return said if len(said) == 1 else ["left", "right"]


def _grades(target: Any, sentence: str) -> str:
    if target._.is_negated or "patent" in target.text:
        return "none"
    scale = SCALES.get(target.label_)
    if scale is None:
        before = sentence[: target.start_char - target.sent.start_char].lower().split()[-4:]
        graded = [GRADES[word] for word in before if word in GRADES]
        scale = graded[-1] if graded else "mild|moderate|severe"
    elif target.label_ == "herniation":
        scale = next(
            (name for name in ("protrusion", "extrusion", "sequestration") if name in target.text.lower()), scale
        )
    return f"none|{scale}" if target._.is_uncertain else scale


def timed(nlp: Any, texts: list[str]) -> tuple[float, list[dict[str, str]]]:
    """Label texts; return processor seconds and labels."""
    start = time.process_time()
    labels = [label(doc) for doc in nlp.pipe(texts)]
    return time.process_time() - start, labels


def main() -> None:
    """Read {"texts": [...], "few": n}; write timings of both pipelines and the labels of the faster one."""
    task = json.load(sys.stdin)
    answer: dict[str, Any] = {}
    for name, sentencizer, count in (("sentencizer + ConText", True, None), ("medspacy.load()", False, task["few"])):
        nlp = pipeline(sentencizer)
        texts = task["texts"][:count]
        list(nlp.pipe(texts[:5]))
        batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
        seconds, labels = 0.0, []
        for batch in batches:
            best, found = min((timed(nlp, batch) for _ in range(ROUNDS)), key=lambda timing: timing[0])
            seconds += best
            labels += found
        answer[name] = len(texts) / seconds
        if sentencizer:
            answer["labels"] = labels
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
