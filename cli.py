"""The command `sapxep` (contract: Commands).

Exit status: 0 done; 2 done, and a mandatory rule fails (validate) or a difference was found (verify); 1 not
done, an error. Errors and progress go to standard error, so that standard output can be piped.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from geo.errors import Language, Problem, SapxepError
from geo.register import Register
from geo.registers import embedded_for, embedded_ids, embedded_register, load_register, read_register
from plans.files import embedded_plans, load_plan
from plans.plan import Plan
from reports.terminal import (
    print_assessment,
    print_frame,
    print_json,
    print_table,
    print_verdicts,
    register_summary,
)

if TYPE_CHECKING:
    from geo.layer import Layer

DONE: Final = 0
FAILED: Final = 1
FOUND: Final = 2


def language() -> Language:
    """Return the language of messages: SAPXEP_LANG (vi or en), Vietnamese unless it says otherwise."""
    return "en" if os.environ.get("SAPXEP_LANG", "vi").lower().startswith("en") else "vi"


def say(vi: str, en: str) -> None:
    """Say something on standard error."""
    print(vi if language() == "vi" else en, file=sys.stderr)


class UsageError(SapxepError):
    """The words of the command do not fit together."""


class Parser(argparse.ArgumentParser):
    """A parser whose usage errors are errors like all others (exit status 1)."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with the usage line."""
        usage = " ".join(self.format_usage().split())
        raise UsageError(Problem(f"lệnh sai: {message}; {usage}", f"{message}; {usage}"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; nothing escapes as a traceback."""
    try:
        arguments = parser().parse_args(argv)
        run: Callable[[argparse.Namespace], int] = arguments.run
        return run(arguments)
    except SapxepError as error:
        print(error.text(language()), file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # the reader of a pipe went away; what it wanted it has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        say("đã dừng", "stopped")
        return FAILED


def parser() -> Parser:
    """Return the parser of all commands."""
    top = Parser(
        prog="sapxep",
        description="Chuẩn bị, kiểm tra và thực hiện việc sắp xếp đơn vị hành chính cấp xã. "
        "Prepare, check and carry through the reorganisation of commune-level units.",
        epilog=f"PLAN: {', '.join(embedded_plans())}, hoặc tệp .toml / or a .toml file. "
        f"REGISTER: {', '.join(embedded_ids())}, hoặc tệp .csv / or a .csv file. "
        "SAPXEP_LANG=en: messages in English.",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)

    def command(name: str, run: Callable[[argparse.Namespace], int], summary: str) -> Parser:
        added: Parser = commands.add_parser(name, help=summary, description=summary)
        added.set_defaults(run=run)
        return added

    def with_register(added: Parser) -> None:
        added.add_argument("--register", metavar="REGISTER")

    def with_format(added: Parser, *formats: str) -> None:
        added.add_argument("--format", choices=formats, default="table")

    added = command("validate", validate, "xét phương án theo luật / judge a plan by the law")
    added.add_argument("plan", metavar="PLAN")
    with_register(added)
    added.add_argument("--boundaries", metavar="FILE")
    with_format(added, "table", "json", "csv")

    added = command("assess", assess, "đơn vị nào chưa đạt chuẩn / which units fall short of the law")
    added.add_argument("register", metavar="REGISTER")
    added.add_argument("--date", metavar="YYYY-MM-DD")
    added.add_argument("--short-by", choices=("any", "both"), default="any")
    with_format(added, "table", "json", "csv")

    added = command("crosswalk", crosswalk, "bảng chuyển đổi cũ → mới / shares from old to new units")
    added.add_argument("plans", metavar="PLAN", nargs="+")
    with_register(added)
    added.add_argument("--base", action="append", metavar="COLUMN", help="population, area, …")
    added.add_argument("-o", "--out", metavar="OUT.csv", required=True)

    added = command("remap", remap, "tính lại chỉ tiêu theo đơn vị mới / re-aggregate indicators")
    added.add_argument("inputs", metavar="PLAN [PLAN ...] OBSERVATIONS", nargs="+")
    with_register(added)
    added.add_argument("-o", "--out", metavar="OUT.(csv|xlsx|parquet)", required=True)
    added.add_argument("--catalogue", metavar="FILE")
    added.add_argument("--base", metavar="population|area|COLUMN")
    added.add_argument("--backcast", action="store_true")
    added.add_argument("--engine", choices=("local", "spark"), default="local")

    added = command("export", export, "xuất tài liệu / write documents")
    added.add_argument("plan", metavar="PLAN")
    added.add_argument(
        "-o", "--out", metavar="OUT.(xlsx|docx|gpkg|geojson|csv|html|pdf|png|zip)", required=True
    )
    with_register(added)
    added.add_argument("--boundaries", metavar="FILE")

    added = command("verify", verify, "đối chiếu tệp với phương án / compare a file with a plan")
    added.add_argument("file", metavar="FILE")
    added.add_argument("plan", metavar="PLAN")
    with_register(added)
    with_format(added, "table", "json")

    added = command("diff", diff, "hai phương án khác nhau ở đâu / how two plans differ")
    added.add_argument("plan_a", metavar="PLAN_A")
    added.add_argument("plan_b", metavar="PLAN_B")
    with_format(added, "table", "json")

    added = command("boundaries", boundaries, "lớp ranh giới / boundary layers")
    added.add_argument("action", choices=("inspect", "import"))
    added.add_argument("file", metavar="FILE")
    added.add_argument("-o", "--out", metavar="OUT")
    with_register(added)
    with_format(added, "table", "json")

    added = command("units", units, "kiểm tra sổ đơn vị / check a register")
    added.add_argument("file", metavar="FILE")
    with_format(added, "table", "json")
    return top


def register_for(plan: Plan, name: str | None) -> Register:
    """Return the register named, else the embedded one of the plan's base vintage."""
    if name is not None:
        return load_register(name, plan.base)
    found = embedded_for(plan.base)
    if found is None:
        raise UsageError(
            Problem(
                f"không có sổ đơn vị kèm sẵn cho thời điểm {plan.base}; hãy dùng --register",
                f"no embedded register of {plan.base}; use --register",
                accepted=", ".join(embedded_ids()),
            )
        )
    return embedded_register(found)


def layer_for(register: Register, name: str | None) -> Layer | None:
    """Return the user's boundaries, None where none are named: the schematic map then serves."""
    if name is None:
        return None

    from geo.layer import read_layer

    layer = read_layer(name, register)
    report(layer.reports)
    return layer


def report(problems: Sequence[Problem]) -> None:
    """Say on standard error what was noticed without being an error."""
    for problem in problems[:50]:
        print(("lưu ý: " if language() == "vi" else "note: ") + problem.text(language()), file=sys.stderr)
    if (left := len(problems) - 50) > 0:
        say(f"lưu ý: … và {left} điều nữa", f"note: … and {left} more")


def validate(arguments: argparse.Namespace) -> int:
    """Judge a plan; exit status 2 where a mandatory rule fails."""
    from plans.basemap import neighbours_on
    from rules.engine import judge

    plan = load_plan(arguments.plan)
    register = register_for(plan, arguments.register)
    layer = layer_for(register, arguments.boundaries)
    judgement = judge(plan, register, *neighbours_on(layer, register.vintage))
    document = judgement.as_json()
    if arguments.format == "json":
        print_json(document)
    else:
        print_verdicts(document["verdicts"], language(), as_csv=arguments.format == "csv")
        summary = ", ".join(f"{outcome} {count}" for outcome, count in document["summary"].items())
        say(
            f"{plan.id}, chế độ {document['regime']}: {summary}",
            f"{plan.id}, regime {document['regime']}: {summary}",
        )
    return FOUND if judgement.mandatory_failed else DONE


def assess(arguments: argparse.Namespace) -> int:
    """Say which units of a register fall short of the law of a day."""
    from rules.assess import assess as assess_register
    from rules.standards import Options

    register = load_register(arguments.register)
    day = day_of(arguments.date) if arguments.date else date.today()
    document = assess_register(register, day, Options(due_2026=arguments.short_by)).as_json()
    if arguments.format == "json":
        print_json(document)
        return DONE
    print_assessment(document["sources"], language(), as_csv=arguments.format == "csv")
    summary = document["summary"]
    say(
        f"{register.id}, ngày {day}: {summary['due']} thuộc diện, {summary['not_due']} không, "
        f"{summary['undetermined']} chưa xác định",
        f"{register.id} on {day}: {summary['due']} due, {summary['not_due']} not, "
        f"{summary['undetermined']} undetermined",
    )
    return DONE


def day_of(text: str) -> date:
    """Return the day that a text names. Raises UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            Problem("không phải ngày", "not a date", field="--date", found=text, accepted="YYYY-MM-DD")
        ) from error


def crosswalk(arguments: argparse.Namespace) -> int:
    """Write the crosswalk of one plan or of a chain of plans."""
    from plans.crosswalk import DEFAULT_BASES, chain_crosswalk

    suffix_of(arguments.out, (".csv",))
    plans = [load_plan(name) for name in arguments.plans]
    register = register_for(plans[0], arguments.register)
    walk = chain_crosswalk(plans, register, tuple(arguments.base or DEFAULT_BASES))
    walk.write_csv(arguments.out)
    say(f"{len(walk.links)} dòng → {arguments.out}", f"{len(walk.links)} rows → {arguments.out}")
    return DONE


def suffix_of(name: str, accepted: Sequence[str]) -> str:
    """Return a target's suffix. Raises UsageError when the format cannot be written."""
    suffix = Path(name).suffix.lower()
    if suffix not in accepted:
        raise UsageError(
            Problem(
                "không ghi được định dạng này",
                "this format cannot be written",
                name,
                found=suffix or name,
                accepted=", ".join(accepted),
            )
        )
    return suffix


def remap(arguments: argparse.Namespace) -> int:
    """Re-aggregate observations to the units of the last plan, or back."""
    from indicators.command import run_remap

    if len(arguments.inputs) < 2:
        raise UsageError(
            Problem(
                "thiếu phương án hoặc số liệu",
                "a plan or the observations are missing",
                accepted="PLAN OBSERVATIONS",
            )
        )
    suffix_of(arguments.out, (".csv", ".xlsx", ".parquet"))
    plans = [load_plan(name) for name in arguments.inputs[:-1]]
    summary = run_remap(
        plans,
        register_for(plans[0], arguments.register),
        arguments.inputs[-1],
        Path(arguments.out),
        catalogue=arguments.catalogue,
        base=arguments.base,
        backcast=arguments.backcast,
        engine=arguments.engine,
        progress=said_progress() if sys.stderr.isatty() else None,
    )
    report(summary.reports)
    print_table(summary.columns, summary.totals)
    return DONE


def said_progress() -> Callable[[int, int], None]:
    """Return what says the share of rows done, on one line of standard error."""

    def show(done: int, total: int) -> None:
        end = "" if done < total else "\n"
        print(f"\r{100 * done // max(total, 1):3d} %", end=end, file=sys.stderr, flush=True)

    return show


def export(arguments: argparse.Namespace) -> int:
    """Write a document of a plan in the format that the target's suffix names."""
    from reports.context import build_context
    from reports.export import export as write

    plan = load_plan(arguments.plan)
    register = register_for(plan, arguments.register)
    write(build_context(plan, register, layer_for(register, arguments.boundaries)), Path(arguments.out))
    say(f"đã ghi {arguments.out}", f"written: {arguments.out}")
    return DONE


def verify(arguments: argparse.Namespace) -> int:
    """List every difference between a document and a plan; exit status 2 where there is one."""
    from reports.verify import verify as compare

    plan = load_plan(arguments.plan)
    differences = compare(arguments.file, plan, register_for(plan, arguments.register))
    if arguments.format == "json":
        print_json(differences.as_json())
    else:
        print_frame(differences.frame())
        if differences.not_compared:
            names = "; ".join(differences.not_compared)
            say(f"không so: {names}", f"not compared: {names}")
        count = len(differences)
        say(f"{count} khác biệt", f"{count} difference{'' if count == 1 else 's'}")
    return FOUND if len(differences) else DONE


def diff(arguments: argparse.Namespace) -> int:
    """Say how two plans over the same units differ."""
    from plans.difference import difference

    a, b = load_plan(arguments.plan_a), load_plan(arguments.plan_b)
    found = difference(a, b, register_for(a, None))
    if arguments.format == "json":
        print_json(found.as_json())
    else:
        print_frame(found.frame())
    return DONE


def boundaries(arguments: argparse.Namespace) -> int:
    """Inspect a boundary layer, or import it keyed by code."""
    from geo.layer import import_layer, inspect_layer

    register = load_register(arguments.register) if arguments.register else None
    if arguments.action == "import":
        if not arguments.out:
            raise UsageError(
                Problem("thiếu -o OUT", "-o OUT is missing", accepted="-o OUT.(geojson|gpkg|fgb)")
            )
        report(import_layer(arguments.file, arguments.out).reports)
        say(f"đã ghi {arguments.out}", f"written: {arguments.out}")
        return DONE
    found = inspect_layer(arguments.file, register)
    if arguments.format == "json":
        print_json(found)
    else:
        print_table(("", ""), [[key, value] for key, value in found.items()])
    return DONE


def units(arguments: argparse.Namespace) -> int:
    """Check a register: every problem, or what it holds."""
    name = arguments.file
    register = embedded_register(name) if name in embedded_ids() else read_register(name)
    report(register.reports)
    found = register_summary(register)
    if arguments.format == "json":
        print_json(found)
    else:
        print_table(("", ""), [[key, "—" if value is None else value] for key, value in found.items()])
    return DONE


if __name__ == "__main__":
    sys.exit(main())
