"""Remapping at scale beside DuckDB's SQL, polars and pandas: the same answer first, then time and memory.

    .venv/bin/python benchmarks/remap_scale.py [--units 10035 --indicators 50 --months 120] [--skip pandas]

Every engine reads the same Parquet file, runs in a process of its own and writes Parquet. Peers write four columns
(unit, period, indicator, the sum of value times share); ours writes all sixteen of the contract. Files are made in a
temporary folder and removed.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

SEED = 1286
SHARES = ("0.3", "0.7")
#: one unit in so many is divided: 10 % more links than units
EVERY = 10


def make_crosswalk(units: int, path: Path) -> None:
    """Write links of ``units`` units into a third as many: mergers, and one unit in ten divided in two."""
    import numpy as np

    rng = np.random.default_rng(SEED)
    targets = max(2, round(units * 3321 / 10035))
    home = np.sort(np.concatenate([np.arange(targets), rng.integers(0, targets, units - targets)]))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["from_code", "to_code", "share"])
        for unit, target in enumerate(home.tolist()):
            code, first = f"{unit + 1:05d}", f"{20001 + target}"
            if unit % EVERY == 7 and target + 1 < targets:
                writer.writerows([[code, first, SHARES[0]], [code, f"{20002 + target}", SHARES[1]]])
            else:
                writer.writerow([code, first, "1"])


def make_input(units: int, indicators: int, months: int, path: Path, missing: float, shuffled: bool) -> int:
    """Write observations in the contract's columns, by indicator, period and unit; return the rows."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(SEED)
    level = rng.lognormal(5, 1, units)
    codes = pa.array([f"{unit + 1:05d}" for unit in range(units)])
    periods = pa.array([f"{2024 - (months - 1) // 12 + m // 12}-{m % 12 + 1:02d}" for m in range(months)])
    names = pa.array([f"IND_{i:02d}" for i in range(indicators)])

    def text(places: np.ndarray, texts: pa.Array) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), texts)

    writer, rows, size = None, 0, units * months
    for indicator in range(indicators):
        order = rng.permutation(size) if shuffled else np.arange(size)
        values = rng.poisson(np.tile(level, months)).astype(float)[order]
        gone = rng.random(size) < missing if missing else None
        table = pa.table(
            {
                "unit_code": text(np.tile(np.arange(units), months)[order], codes),
                "vintage": text(np.zeros(size), pa.array(["2024-12-31"])),
                "period": text(np.repeat(np.arange(months), units)[order], periods),
                "indicator": text(np.full(size, indicator), names),
                "value": pa.array(values, mask=gone),
                "numerator": pa.nulls(size, pa.float64()),
                "denominator": pa.nulls(size, pa.float64()),
                "status": text(np.zeros(size), pa.array(["A"])),
            }
        )
        if writer is None:
            writer = pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=1_000_000)
        rows += size
    assert writer is not None
    writer.close()
    return rows


def run_ours(folder: Path, engine: str = "") -> None:
    """Ours: indicators.scale, or the relational expression on an engine."""
    import pyarrow.parquet as pq

    from indicators.catalogue import Catalogue, Indicator
    from indicators.scale import remap_parquet
    from plans.crosswalk import Crosswalk, Link

    links = []
    with (folder / "crosswalk.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            share = Decimal(row["share"])
            relation = "whole" if share == 1 else "part"
            links.append(Link(row["from_code"], row["to_code"], relation, "population", share, share, share))
    names = json.loads((folder / "indicators.json").read_text())
    catalogue = Catalogue(tuple(Indicator(n, n, n, "g", "hồ sơ", "up", "count-flow") for n in names))
    crosswalk = Crosswalk("2024-12-31", "2025-07-01", tuple(links))
    source, target = folder / "input.parquet", folder / f"ours{engine}.parquet"
    if engine:
        from indicators.relational import remap_relational

        remap_relational(source, target, crosswalk, catalogue, engine=engine)
    else:
        remap_parquet(source, target, crosswalk, catalogue)
    assert pq.ParquetFile(target).metadata.num_rows


def run_duckdb(folder: Path) -> None:
    """DuckDB: one SQL statement, both cores."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("set preserve_insertion_order = false")
    connection.execute(
        f"""copy (select to_code as unit_code, period, indicator, sum(value * share) as value
                  from '{folder}/input.parquet' join '{folder}/links.parquet' on unit_code = from_code group by all)
            to '{folder}/duckdb.parquet' (format parquet, compression zstd)"""
    )


def run_polars(folder: Path) -> None:
    """Polars: a lazy query on its streaming engine."""
    import polars as pl

    links = pl.scan_parquet(folder / "links.parquet").with_columns(
        pl.col("from_code", "to_code").cast(pl.Categorical)
    )
    (
        pl.scan_parquet(folder / "input.parquet")
        .select("unit_code", "period", "indicator", "value")
        .join(links, left_on="unit_code", right_on="from_code")
        .group_by(pl.col("to_code").alias("unit_code"), "period", "indicator")
        .agg((pl.col("value") * pl.col("share")).sum().alias("value"))
        .sink_parquet(folder / "polars.parquet", compression="zstd")
    )


def run_pandas(folder: Path) -> None:
    """Pandas: merge and group by, keys as categories."""
    import pandas as pd

    links = pd.read_parquet(folder / "links.parquet")
    frame = pd.read_parquet(folder / "input.parquet", columns=["unit_code", "period", "indicator", "value"])
    links["from_code"] = pd.Categorical(links["from_code"], categories=frame["unit_code"].cat.categories)
    links["to_code"] = links["to_code"].astype("category")
    joined = frame.merge(links, left_on="unit_code", right_on="from_code")
    joined["value"] *= joined["share"]
    keys = ["to_code", "period", "indicator"]
    summed = joined.groupby(keys, observed=True, sort=False)["value"].sum().reset_index()
    summed.rename(columns={"to_code": "unit_code"}).to_parquet(folder / "pandas.parquet", compression="zstd")


ENGINES: dict[str, Callable[[Path], None]] = {
    "ours": run_ours,
    "duckdb": run_duckdb,
    "polars": run_polars,
    "pandas": run_pandas,
    "ours-on-duckdb": lambda folder: run_ours(folder, "duckdb"),
    "ours-on-spark": lambda folder: run_ours(folder, "spark"),
}
NEEDS = {"polars": "polars", "ours-on-spark": "pyspark", "duckdb": "duckdb", "ours-on-duckdb": "ibis"}
SLOW = ("ours-on-duckdb", "ours-on-spark")
OUTPUT = {"ours-on-duckdb": "oursduckdb", "ours-on-spark": "oursspark"}


def child(name: str, folder: Path) -> None:
    """Run one engine in this process and say how long it took and the most memory the process had."""
    begun = time.perf_counter()
    ENGINES[name](folder)
    seconds, used = time.perf_counter() - begun, os.times()
    cpu = used.user + used.system + used.children_user + used.children_system
    peak = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    )
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": peak / 1024}))


def measured(name: str, folder: Path) -> dict[str, float] | str:
    """Return seconds and peak memory of an engine, or why there are none."""
    needed = NEEDS.get(name)
    if needed and importlib.util.find_spec(needed) is None:
        return f"{needed} is not installed (benchmarks/requirements.txt)"
    done = subprocess.run(
        [sys.executable, __file__, "--child", name, "--folder", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "Error" in line] or ["killed"]
        return f"failed ({done.returncode}): {said[-1]}"
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def differs(folder: Path, name: str) -> str:
    """Return how an engine's answer differs from ours; empty where it is the same.

    Ours gives whole parts by largest remainder: a cell may differ by less than one a divided parent; cells of whole
    units, and the sums over all units of an indicator and month, may not differ at all. With figures missing only
    the cells that ours gives are compared, since peers take what is missing as zero.
    """
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"set temp_directory = '{folder}'")
    ours, other = (f"'{folder}/{OUTPUT.get(n, n)}.parquet'" for n in ("ours", name))
    parts = f"(select to_code, count(*) filter (share < 1) as parts from '{folder}/links.parquet' group by to_code)"
    found = connection.execute(
        f"""select count(*), count(*) filter (abs(a.value - b.value) > case when parts > 0 then parts else 0 end + 1e-6)
            from (select unit_code, period, indicator, value from {ours} where value is not null) a
            left join (select unit_code, period, indicator, value from {other}) b using (unit_code, period, indicator)
            join {parts} p on p.to_code = a.unit_code
            where b.value is not null or parts >= 0"""
    ).fetchone()
    assert found is not None
    if found[1]:
        return f"{found[1]} of {found[0]} cells differ"
    sums = connection.execute(
        f"""select count(*) from (select period, indicator, sum(value) s, count(value) n from {ours} group by all) a
            full join (select period, indicator, sum(value) s, count(value) n from {other} group by all) b
            using (period, indicator) where a.n = b.n and not coalesce(abs(a.s - b.s) < 1e-3, false)"""
    ).fetchone()
    assert sums is not None
    return f"{sums[0]} sums differ" if sums[0] else ""


def at_scale(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(dir=options.temp) as name:
        folder = Path(name)
        make_crosswalk(options.units, folder / "crosswalk.csv")
        make_links(folder)
        rows = make_input(
            options.units,
            options.indicators,
            options.months,
            folder / "input.parquet",
            options.missing,
            options.shuffled,
        )
        (folder / "indicators.json").write_text(
            json.dumps([f"IND_{i:02d}" for i in range(options.indicators)])
        )
        size = (folder / "input.parquet").stat().st_size / 2**20
        print(f"{rows:,} rows ({size:.0f} MB), {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(f"{'engine':<16}{'seconds':>9}{'CPU s':>9}{'peak MB':>9}   answer")
        chosen = [n for n in ENGINES if n not in options.skip and (n not in SLOW or options.engines)]
        for engine in chosen:
            best: dict[str, float] | str = ""
            for _ in range(options.repeat):
                found = measured(engine, folder)
                if isinstance(found, str):
                    best = found
                    break
                best = found if isinstance(best, str) or found["seconds"] < best["seconds"] else best
            if isinstance(best, str):
                print(f"{engine:<16}{'-':>9}{'-':>9}{'-':>9}   {best}", flush=True)
                continue
            answer = "" if engine == "ours" else differs(folder, engine)
            said = "is compared with" if engine == "ours" else answer or "same"
            print(
                f"{engine:<16}{best['seconds']:>9.2f}{best['cpu']:>9.2f}{best['peak_mb']:>9.0f}   {said}",
                flush=True,
            )


def make_links(folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with (folder / "crosswalk.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {name: [row[name] for row in rows] for name in ("from_code", "to_code")}
    pq.write_table(
        pa.table(columns | {"share": [float(row["share"]) for row in rows]}), folder / "links.parquet"
    )


def hanoi() -> None:
    """Measure Hanoi: 579 units, 50 indicators, 10 years, by the ordinary way and by the streamed one; target 50 ms."""
    import numpy as np
    import pandas as pd

    from geo.registers import embedded_register
    from indicators.catalogue import Catalogue, Indicator
    from indicators.remap import remap
    from indicators.scale import remap_parquet
    from plans.crosswalk import plan_crosswalk
    from plans.files import load_plan

    register = embedded_register("hanoi-2024-12-31")
    crosswalk = plan_crosswalk(load_plan("nq1286"), register)
    codes, names = [unit.code for unit in register], [f"IND_{i:02d}" for i in range(50)]
    periods = [str(year) for year in range(2015, 2025)]
    cells = pd.MultiIndex.from_product([names, periods, codes], names=["indicator", "period", "unit_code"])
    frame = cells.to_frame(index=False).astype("category")
    frame["vintage"] = pd.Categorical(["2024-12-31"] * len(frame))
    frame["value"] = np.random.default_rng(SEED).poisson(300, len(frame)).astype(float)
    frame["numerator"] = frame["denominator"] = np.nan
    frame["status"] = pd.Categorical(["A"] * len(frame))
    catalogue = Catalogue(tuple(Indicator(n, n, n, "g", "hồ sơ", "up", "count-flow") for n in names))
    remap(frame, crosswalk, catalogue, register=register)
    print(f"\nHanoi: 579 units x 50 x 10 years, {len(frame):,} rows; best of 7")
    seconds = best_of(lambda: remap(frame, crosswalk, catalogue, register=register))
    print(f"{'ours, in memory':<44}{1000 * seconds:>8.0f} ms")
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name) / "in.parquet", Path(name) / "out.parquet"
        frame.to_parquet(source, index=False)
        seconds = best_of(lambda: remap_parquet(source, target, crosswalk, catalogue, register=register))
    print(f"{'ours, streamed, Parquet to Parquet':<44}{1000 * seconds:>8.0f} ms")
    wide = frame.pivot(index="unit_code", columns=["indicator", "period"], values="value")
    matrix = (
        crosswalk.frame()
        .query("base == 'population'")
        .pivot(index="to_code", columns="from_code", values="share")
    )
    shares, figures = matrix.fillna(0.0).to_numpy(), wide.reindex(matrix.columns).to_numpy()
    print(f"{'numpy, the sums alone (dense, wide)':<44}{1000 * best_of(lambda: shares @ figures):>8.0f} ms")
    tobler_at_hanoi(wide)


def tobler_at_hanoi(wide: object) -> None:
    """Measure tobler's areal interpolation of the same figures between the schematic maps: arithmetic, not law."""
    if importlib.util.find_spec("tobler") is None:
        print("tobler is not installed (benchmarks/requirements.txt)")
        return
    import geopandas as gpd
    import pandas as pd
    from tobler.area_weighted import area_interpolate

    assert isinstance(wide, pd.DataFrame)
    folder = Path(__file__).resolve().parents[1] / "data" / "boundaries"
    before, after = (
        gpd.read_file(folder / f"hanoi-{day}.geojson").to_crs(32648) for day in ("2024-12-31", "2025-07-01")
    )
    flat = wide.set_axis([f"{a}_{b}" for a, b in wide.columns], axis=1)
    flat.index = flat.index.astype(str)
    before = before[["code", "geometry"]].merge(flat, left_on="code", right_index=True)
    names = list(flat.columns)
    seconds = best_of(lambda: area_interpolate(before, after, extensive_variables=names), 3)
    print(f"{'tobler, areal interpolation with its overlay':<44}{1000 * seconds:>8.0f} ms")


def best_of(call: Callable[[], object], times: int = 7) -> float:
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        found.append(time.perf_counter() - begun)
    return min(found)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--units", type=int, default=10035)
    parser.add_argument("--indicators", type=int, default=50)
    parser.add_argument("--months", type=int, default=120)
    parser.add_argument("--missing", type=float, default=0.0, help="share of figures left empty")
    parser.add_argument("--shuffled", action="store_true", help="rows of each indicator in random order")
    parser.add_argument("--skip", nargs="*", default=[], choices=list(ENGINES), help="engines to leave out")
    parser.add_argument(
        "--engines", action="store_true", help="also our relational expression on DuckDB and Spark (slow)"
    )
    parser.add_argument("--repeat", type=int, default=1, help="runs of each engine; the best one counts")
    parser.add_argument("--temp", default=None, help="where to make the temporary folder")
    parser.add_argument("--no-hanoi", action="store_true", help="leave Hanoi's size out")
    parser.add_argument("--child", choices=list(ENGINES), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.folder)
        return
    at_scale(options)
    if not options.no_hanoi:
        hanoi()


if __name__ == "__main__":
    main()
