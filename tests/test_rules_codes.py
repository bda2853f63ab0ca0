from __future__ import annotations

from dataclasses import replace

from geo.registers import embedded_register
from plans.files import embedded_plan
from rules.engine import judge

NQ1656 = embedded_plan("nq1656")


def outcomes(plan_code: str) -> str:
    judged = judge(NQ1656, embedded_register("hanoi-2025-01-01"))
    (found,) = [
        v for v in judged.verdicts if v.rule == "code-closed-never-reissued" and v.subject == plan_code
    ]
    return found.outcome


def test_a_code_whose_closing_is_in_doubt_decides_nothing() -> None:
    assert embedded_plan("nq1286").by_code["00286"].extra["code_confidence"] == "low"
    assert outcomes("00292") == "undetermined"


def test_a_code_closed_for_sure_is_not_issued_again() -> None:
    # 00010 was Nguyễn Trung Trực until Resolution 1286
    unit = replace(NQ1656.by_code["00004"], code="00010")
    plan = replace(NQ1656, units=tuple(unit if u.code == "00004" else u for u in NQ1656.units))
    judged = judge(plan, embedded_register("hanoi-2025-01-01"))
    failed = {
        v.subject for v in judged.verdicts if v.rule == "code-closed-never-reissued" and v.outcome == "fail"
    }
    assert failed == {"00010"}
