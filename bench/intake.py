"""A dump of a board taken in by the real command, in a process of its own; a plain loop over the same file beside it.

The dump is made here, by code, in the columns of LETTNBBS: HTML bodies of about 3 KB, Korean and English, padded CHAR
columns, line ends inside quotes. The peer is what a script would do: `csv` and `sqlite3`, one row a post, in one
transaction, nothing cleaned, nothing searchable, nothing checked.
"""

import argparse
import csv
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from bench.peers import seconds

COLUMNS = """
NTT_ID BBS_ID NTT_NO NTT_SJ NTT_CN ANSWER_AT PARNTSCTT_NO ANSWER_LC SORT_ORDR RDCNT USE_AT NTCE_BGNDE NTCE_ENDDE
NTCR_ID NTCR_NM PASSWORD ATCH_FILE_ID NOTICE_AT SJ_BOLD_AT SECRET_AT FRST_REGIST_PNTTM FRST_REGISTER_ID LAST_UPDT_PNTTM
"""
KOREAN = """
시는 다음 달부터 심야 버스를 늦은 시간까지 운행한다 시민들은 정류장에서 운행 시간을 확인할 수 있으며 새로운 노선은
도서관과 공원을 지난다 담당 부서는 이용 현황을 살펴 내년에 노선을 더 늘릴 계획이다 기후 회의와 박람회 수목원 축제
"""
ENGLISH = """
the city opens a new park near the river and runs night buses until two in the morning from next month on residents
can read the timetable at every stop and the division will look at how many people ride before it adds lines
"""


def dump(path: Path, number: int) -> None:
    """Write a dump of so many posts; the same number gives the same bytes."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS.split())
        for n in range(number):
            writer.writerow(_post(n, chance))


def _post(n: int, chance: random.Random) -> list[object]:
    words = (KOREAN if n % 5 else ENGLISH).split()
    paragraphs = [" ".join(chance.choices(words, k=60)) for _ in range(6)]
    body = "\r\n".join(
        f'<p class="0" style="line-height:160%"><span lang="EN-US">{one}.</span></p>' for one in paragraphs
    )
    day = f"{2000 + n % 26}-{n % 12 + 1:02}-{n % 28 + 1:02} {n % 24:02}:{n % 60:02}:00.0"
    title = f"{' '.join(chance.choices(words, k=6))} {n}"
    ids = [n + 1, "BBS_00000001".ljust(20), n + 1]
    flags = ["N", 0, 0, n, n % 900, "Y", "10000101".ljust(20), "99991231".ljust(20)]
    writer = ["writer".ljust(20), "대변인실", "not-for-you", "".ljust(20), "N", "N", "N"]
    return [*ids, title, body, *flags, *writer, day, "writer".ljust(20), day]


def plain_loop(path: Path, folder: Path) -> None:
    """What a script would do."""
    with closing(sqlite3.connect(folder / "plain.db")) as database, path.open(encoding="utf-8", newline="") as file:
        database.execute("CREATE TABLE post (id INTEGER PRIMARY KEY, board, title, body, day)")
        rows = (
            (row["NTT_ID"], row["BBS_ID"].strip(), row["NTT_SJ"], row["NTT_CN"], row["FRST_REGIST_PNTTM"])
            for row in csv.DictReader(file)
        )
        with database:
            database.executemany("INSERT INTO post VALUES (?, ?, ?, ?, ?)", rows)


def ours(folder: Path, *arguments: str) -> tuple[float, float, str]:
    """Seconds and peak MB of resident memory of a command, and what it printed."""
    command = [sys.executable, "-c", "from config.cli import main; main()", *arguments]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1])}  # noqa: TID251
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"civicwire {' '.join(arguments)} exited with {process.returncode}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024, said


def main() -> None:
    """Print records a second, peak memory, and the ratio to the plain loop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    number = parser.parse_args().records
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "dump.csv"
        dump(path, number)
        print(f"{number:,} posts, {path.stat().st_size / 1024 / 1024:.0f} MB")
        loop = seconds(lambda: plain_loop(path, folder))
        print(f"{'plain csv and sqlite3 loop':34} {loop:8.1f} s {number / loop:9.0f} a second")
        ours(folder, "migrate")
        options = ["--site", "www.example.org"]
        runs = {
            "intake --publish": ["intake", "dump.csv", *options, "--publish"],
            "the same again": ["intake", "dump.csv", *options, "--publish"],
            "run alerts": ["run", "alerts"],
        }
        ours(folder, "subscribers", "add", "reader@example.org", "--cadence", "immediate", "--confirmed")
        for label, arguments in runs.items():
            took, peak, _ = ours(folder, *arguments)
            print(
                f"{label:34} {took:8.1f} s {number / took:9.0f} a second {peak:6.0f} MB {took / loop:7.1f} of the loop"
            )
        with closing(sqlite3.connect(folder / "var" / "civicwire.db")) as database:
            states = database.execute("SELECT state, count(*) FROM article GROUP BY state").fetchall()
            deliveries = database.execute("SELECT count(*) FROM delivery").fetchone()[0]
        size = (folder / "var" / "civicwire.db").stat().st_size / 1024 / 1024
        print(f"articles {dict(states)}, mails planned {deliveries}, database {size:.0f} MB")
    print(f"peak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
