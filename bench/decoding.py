"""How fast, how large, how true and how tough FIT decoders are, each in a process of its own.

``python bench/decoding.py`` reads the shared real recordings and writes docs/science/decoding.md.
garmin-fit-sdk is not open source; it is measured here and used nowhere else.
"""

import math
import os
import platform
import resource
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self, TypeAlias

from evenstride import __version__

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("EVENSTRIDE_REAL_DATA", ROOT.parent / "shared" / "data")) / "fit"
PAGE = ROOT / "docs" / "science" / "decoding.md"
MEGABYTE = 1024**2
ENOUGH_S = 2.0  # of measuring; slow decoders are measured once
MOST_PASSES = 7

# What is compared: field numbers of record messages, and what decoders call them.
COMPARED = {
    3: "heart_rate",
    4: "cadence",
    5: "distance",
    7: "power",
    13: "temperature",
    39: "vertical_oscillation",
    41: "stance_time",
    84: "stance_time_balance",
}
SURVEYED = Path("python-fitparse/activity-large-fenxi2-multisport.fit")

Result: TypeAlias = dict[str, Any]
Record: TypeAlias = Mapping[str, object]
Decoder: TypeAlias = Callable[[bytes], object]
Records: TypeAlias = Callable[[bytes], Iterator[Record]]


@dataclass(frozen=True)
class Contender:
    """A decoder: what is timed, and how its records are looked at."""

    decode: Decoder
    records: Records


def evenstride() -> Contender:
    """Return this house's reader: file to recordings, and columns as records."""
    module = import_module("evenstride.formats.fit")

    def records(data: bytes) -> Iterator[Record]:
        for part in module.decode(data).files:
            stack = part.of(20)
            columns = {name: stack.numbers(number) for number, name in COMPARED.items()}
            for row in range(stack.height):
                yield {name: float(values[row]) for name, values in columns.items()}

    return Contender(lambda data: module.read(data, "run.fit"), records)


def fitdecode() -> Contender:
    """Return fitdecode as it comes."""
    module = import_module("fitdecode")

    def records(data: bytes) -> Iterator[Record]:
        for frame in module.FitReader(data):
            if isinstance(frame, module.FitDataMessage) and frame.name == "record":
                yield {found.name: found.value for found in frame.fields}

    return Contender(lambda data: sum(1 for _ in module.FitReader(data)), records)


def fitparse() -> Contender:
    """Return fitparse as it comes."""
    module = import_module("fitparse")

    def records(data: bytes) -> Iterator[Record]:
        for message in module.FitFile(data).get_messages("record"):
            yield message.get_values()

    return Contender(lambda data: sum(1 for _ in module.FitFile(data).get_messages()), records)


def garmin_fit_sdk() -> Contender:
    """Return Garmin's own decoder as it comes."""
    module = import_module("garmin_fit_sdk")

    def decode(data: bytes) -> Result:
        stream = module.Stream.from_byte_array(bytearray(data))
        messages, errors = module.Decoder(stream).read()
        if errors and not messages:
            raise errors[0]
        return dict(messages)

    def records(data: bytes) -> Iterator[Record]:
        yield from decode(data).get("record_mesgs", [])

    return Contender(decode, records)


CONTENDERS = {
    "evenstride": evenstride,
    "fitdecode": fitdecode,
    "fitparse": fitparse,
    "garmin-fit-sdk": garmin_fit_sdk,
}


# --- in a decoder's own process ---


def good_files() -> list[Path]:
    """Return the sound files."""
    return [path for path in sorted(DATA.rglob("*.fit")) if path.parent.name != "bad"]


def speed(contender: Contender) -> Result:
    """Return CPU seconds for one pass over all sound files; the median of a few passes."""
    held = [path.read_bytes() for path in good_files()]
    passes: list[float] = []
    while not passes or (sum(passes) < ENOUGH_S and len(passes) < MOST_PASSES):
        before = time.process_time()
        for data in held:
            contender.decode(data)
        passes.append(time.process_time() - before)
    return {"cpu_s": sorted(passes)[len(passes) // 2], "first_s": passes[0]}


def memory(contender: Contender) -> Result:
    """Return megabytes above import while the largest file is read."""
    data = (DATA / SURVEYED).read_bytes()
    before = held_mb()
    contender.decode(data)
    return {"memory_mb": peak_mb() - before}


def held_mb() -> float:
    """Return the memory this process holds now, and let its peak be counted from here."""
    forget = Path("/proc/self/clear_refs")
    if forget.exists():
        forget.write_text("5")
    return peak_mb()


def peak_mb() -> float:
    """Return the most memory this process held."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def truth(contender: Contender) -> Result:
    """Return how many values each sound file has in each compared field, and their sum."""
    return {path.name: sums(contender.records(path.read_bytes())) for path in good_files()}


def sums(records: Iterator[Record]) -> dict[str, list[float]]:
    """Return count and sum of each compared field, and the number of records."""
    found = {name: [0.0, 0.0] for name in ("records", *COMPARED.values())}
    for record in records:
        found["records"][0] += 1
        for name in COMPARED.values():
            value = record.get(name)
            if isinstance(value, int | float) and not math.isnan(value):
                found[name][0] += 1
                found[name][1] += value
    return found


def toughness(contender: Contender) -> Result:
    """Return for each bad file how many records came out and how it ended."""
    return {path.name: outcome(contender, path) for path in sorted((DATA / "bad").glob("*.fit"))}


class Raised:
    """Holds the name of what was raised inside, and goes on."""

    name = ""

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        """Note what was raised; whatever it is, it is the result."""
        self.name = kind.__name__ if kind else ""
        return kind is None or issubclass(kind, Exception)


def outcome(contender: Contender, path: Path) -> Result:
    """Return records read from a bad file before anything was raised, what was, and CPU seconds."""
    count = 0
    before = time.process_time()
    with Raised() as raised:
        for _ in contender.records(path.read_bytes()):
            count += 1
    return {"records": count, "raised": raised.name, "cpu_s": time.process_time() - before}


MEASURES = {"speed": speed, "memory": memory, "truth": truth, "toughness": toughness}


# --- in the process that writes the page ---


def measure(name: str, what: str) -> Result:
    """Measure one thing about one decoder, in this process."""
    warnings.simplefilter("ignore")
    return MEASURES[what](CONTENDERS[name]())


def measured(name: str, what: str) -> Result:
    """Measure one thing about one decoder in a new process of its own."""
    print(f"{name}: {what}", flush=True)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, name, what).result()


def speed_table(results: Mapping[str, Result]) -> Iterator[str]:
    """Yield the table of speed, memory and values that differ."""
    oracle = results["fitdecode"]
    count = sum(fields["records"][0] for fields in oracle["truth"].values())
    yield "| decoder | records a CPU second | times fitdecode | MB above import | differs from it |"
    yield "|---|---:|---:|---:|---|"
    for name, result in results.items():
        cpu_s = result["speed"]["cpu_s"]
        cells = (
            f"{name} {__version__ if name == 'evenstride' else version(name)}",
            f"{count / cpu_s:,.0f}",
            f"{oracle['speed']['cpu_s'] / cpu_s:.1f}",
            f"{result['memory']['memory_mb']:.0f}",
            "; ".join(differing(result["truth"], oracle["truth"])) or "nowhere",
        )
        yield f"| {' | '.join(cells)} |"


def differing(own: Result, oracle: Result) -> Iterator[str]:
    """Yield the files and fields in which count or sum are not those of fitdecode."""
    for file, fields in oracle.items():
        odd = [
            name
            for name, (count, total) in fields.items()
            if own[file][name][0] != count
            or not math.isclose(own[file][name][1], total, rel_tol=1e-9)
        ]
        if odd:
            yield f"{file} ({', '.join(odd)})"


def toughness_table(results: Mapping[str, Result]) -> Iterator[str]:
    """Yield the table of what came out of each bad file."""
    yield f"| file | {' | '.join(results)} |"
    yield "|---|" + "---:|" * len(results)
    for file in results["evenstride"]["toughness"]:
        outcomes = [result["toughness"][file] for result in results.values()]
        cells = [f"{found['records']} {found['raised']}".strip() for found in outcomes]
        yield f"| {file} | {' | '.join(cells)} |"


def page(results: Mapping[str, Result]) -> str:
    """Return the page."""
    megabytes = sum(path.stat().st_size for path in good_files()) / MEGABYTE
    slowest = max(found["cpu_s"] for found in results["evenstride"]["toughness"].values())
    first_s = results["evenstride"]["speed"]["first_s"]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"""# Reading FIT files

<!-- Written by `python bench/decoding.py`. -->

{len(good_files())} sound real files, {megabytes:.1f} MB; each decoder in a process of its own.

* Speed: CPU seconds after imports, the median of several passes over all files. evenstride is
  timed from a file's bytes to recordings, with digest and checksums; the others until all messages
  are decoded. evenstride's first pass, its tables still unread, took {first_s:.2f} s.
* Memory: the most held while reading {SURVEYED.name} (1.0 MB), above what was held after imports.
* Differs: count or sum of {", ".join(COMPARED.values())}, or the number of records, in any file.

Measured on {machine}.

{table(speed_table(results))}

The tests go further: every value of every record, event, lap, session, device_info and hrv message
equals fitdecode's on every shared file, up to where fitdecode gives up or the file is damaged.
garmin-fit-sdk merges heart rates of other messages into records by design. It is not open source
and is used only here.

## Damaged and odd files

Records read, and what was raised, if anything. evenstride never raises: what is wrong becomes an
issue with its byte. More records than the others have were found again behind the damage; in the
hole of `made-1k-zero-hole.fit` the others also take zeros for messages. The slowest of these files
took evenstride {slowest:.2f} CPU s.

{table(toughness_table(results))}
"""


def table(lines: Iterator[str]) -> str:
    """Return lines as one text."""
    return "\n".join(lines)


def main() -> None:
    """Measure everything and write the page."""
    if not DATA.is_dir():
        print("The real recordings are not on this machine (EVENSTRIDE_REAL_DATA).")
        return
    os.environ.update(OMP_NUM_THREADS="1", POLARS_MAX_THREADS="1")
    results = {name: {what: measured(name, what) for what in MEASURES} for name in CONTENDERS}
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    main()
