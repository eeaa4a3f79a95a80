"""The JSON shape of a verdict."""

from proso.verdicts.verdict import Verdict


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """What `proso call screen --json` prints besides the number."""
    return {
        "action": verdict.action.value,
        "reason": verdict.reason.value,
        "text": verdict.text,
        "rating": verdict.rating,
        "confidence": None if verdict.confidence is None else round(verdict.confidence, 3),
        "sample_size": verdict.sample_size,
        "matched": verdict.matched.value if verdict.matched else None,
        "evidence": [
            {
                "matched": one.matched.value,
                "text": one.text,
                "subject": str(one.subject) if one.subject else None,
                "category": one.category.value if one.category else None,
                "rating": one.rating,
                "sample_size": one.sample_size,
                "newest_before": one.newest_before.isoformat() if one.newest_before else None,
                "freshness_days": one.freshness_days,
            }
            for one in verdict.evidence
        ],
        "pack_serial": verdict.pack_serial,
        "rule_version": verdict.rule_version,
    }
