"""The smallest city file with two of everything, for tests to spoil."""

import pytest

TOWN = """\
zone = "Asia/Seoul"
languages = ["en", "ko"]
authority = "town.example.org,2026"
telephone = "120"
licence = "KOGL-1"
fallback_division = "press"

[names]
en = "Town"
ko = "시"

[newsroom_names]
en = "Town Newsroom"
ko = "시 뉴스룸"

[sender]
address = "newsroom@town.example.org"
names = { en = "Town Newsroom", ko = "시 뉴스룸" }

[[boards]]
slug = "news"
source_id = "B1"
names = { en = "News", ko = "소식" }
path = { en = ["Town", "News"], ko = ["시", "소식"] }

[[boards]]
slug = "notices"
names = { en = "Notices", ko = "공고" }
path = { en = ["Town", "Notices"], ko = ["시", "공고"] }

[[divisions]]
slug = "office"
names = { en = "Office", ko = "실" }

[[divisions]]
slug = "press"
names = { en = "Press Office", ko = "공보실" }
parent = "office"
telephone = "02-555-0100"
aliases = ["Town", "ＴＯＷＮ  Hall"]

[[divisions]]
slug = "water"
names = { en = "Water Division", ko = "물산업과" }
parent = "office"
"""


@pytest.fixture
def town() -> str:
    """The text of a city file without a problem."""
    return TOWN
