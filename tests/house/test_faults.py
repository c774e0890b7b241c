"""Every fault that sending, storing or serving withstands has a test that names it."""

import re

import pytest

from tests.house.sources import ROOT

FAULTS = {
    1: "killed at random moments of a send",
    2: "killed at every commit",
    3: "killed again and again within a send",
    4: "killed between a release and its fan-out",
    5: "killed during a fan-out",
    6: "killed while feeds are written",
    7: "killed during a digest",
    8: "told to end during a send",
    9: "stopped beyond its lease, then going on",
    10: "out of memory",
    11: "loss of power",
    12: "two schedulers on one file",
    13: "two schedulers on PostgreSQL",
    14: "no scheduler over a due time",
    15: "a worker killed while it holds what others wait for",
    16: "a drop before a message is recorded",
    17: "a drop after a message, before its answer",
    18: "a final dot that is never answered",
    19: "a drop right after the answer",
    20: "a reset at QUIT",
    21: "a reset within DATA",
    22: "421 after so many messages",
    23: "greylisting",
    24: "some always refused for now",
    25: "some refused for good",
    26: "everybody refused",
    27: "refused for now after the message",
    28: "a relay that is down",
    29: "a server without a banner",
    30: "a server that closes at once",
    31: "a tarpit",
    32: "an answer in drips",
    33: "a slow acceptance",
    34: "a limit on connections",
    35: "TLS that is required and not there",
    36: "a wrong certificate",
    37: "a sign-in that is refused",
    38: "a server that offers nothing",
    39: "a limit on recipients",
    40: "a relay whose name is not known",
    41: "a disk that is full before the start",
    42: "a disk that fills meanwhile",
    43: "a write that fails once",
    44: "a limit on the size of files",
    45: "a log that cannot be written",
    46: "a database that another process locks",
    47: "a database file that is damaged",
    48: "PostgreSQL started anew",
    49: "PostgreSQL frozen",
    50: "a commit whose outcome is unknown",
    51: "a deadlock",
    52: "a backup while mail is sent",
    53: "an old backup restored",
    54: "a migration under load, and killed",
    55: "two versions at once",
    56: "a clock a day ahead, then back",
    57: "a clock in 1970 or 2100",
    58: "the hour that there is not, or twice",
    59: "days that few calendars expect",
    60: "zones that are missing",
    61: "a release that cannot be rendered",
    62: "a recipient that cannot be written to",
    63: "a hub that is slow, huge, or goes round in circles",
    64: "hubs that are dead",
    65: "a flood of bounces",
    66: "an emergency amid digests",
    67: "corrected or withdrawn while it is sent",
    68: "unsubscribed while it is sent",
    69: "the presses stopped",
    70: "a network that is lost",
}


@pytest.mark.parametrize("number", FAULTS)
def test_a_fault_is_named_by_a_test(number: int) -> None:
    named = re.compile(rf"^(?:async )?def test_(?:\w+_)?f{number:02}_\w+\(|id=\"f{number:02}-", re.MULTILINE)
    tests = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert any(named.search(text) for text in tests), f"F{number:02} ({FAULTS[number]}) has no test"
