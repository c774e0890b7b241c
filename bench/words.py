"""100,000 saved searches held against one release at once, as when it is published.

Peers, over the same searches and releases in the same run: asking each search by itself, which is what they mean and
what the answer is compared with; and a plain loop that looks for each search's words with `in`, which knows neither
alternatives nor what is to be absent, nor where a word begins. Searches and releases are composed by this script.
"""

import argparse
import gc
import random
import resource
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from statistics import median

from bench.peers import seconds
from bench.search import DIVISIONS, releases, vocabulary
from feeds.grams import line
from feeds.model import Article, State
from feeds.query import read, words
from feeds.scope import Scope
from notifier.watch import Watch
from tests.builders import NOW, content

CHARACTERS = 4_000
ROUNDS = 5


def searches(number: int) -> list[str]:
    """So many different ones. Who saves a search takes rarer words than a text does, but not the rarest."""
    rng = random.Random(11)
    korean, english = vocabulary(rng)
    weights = [list(accumulate(1 / (n + 20) ** 0.8 for n in range(len(known)))) for known in (korean, english)]

    def word() -> str:
        is_english = rng.random() < 0.3
        return rng.choices(english if is_english else korean, cum_weights=weights[is_english])[0]

    shapes = {
        "{}": 20,
        "{} {}": 30,
        "{} OR {}": 12,
        "{} OR {} OR {} OR {}": 6,
        "{} NOT {}": 8,
        '"{} {}"': 8,
        "({} OR {}) {}": 8,
        '({} OR "{} {}") NOT ({} OR {})': 4,
        "{} {} {}": 3,
        "NOT {} NOT {}": 1,
    }
    found: dict[str, None] = {}
    while len(found) < number:
        (shape,) = rng.choices(list(shapes), weights=list(shapes.values()))
        divisions = (rng.choice(DIVISIONS),) if rng.random() < 0.15 else ()
        found[str(Scope(divisions, words=shape.format(*(word() for _ in range(5)))))] = None
    return list(found)


def articles(number: int) -> Iterator[Article]:
    """Releases of 4,000 characters, a third of them in English."""
    given = releases(60 * number)
    for n in range(number):
        of_one_language = [one.content for one in islice(given, 60) if (one.content.language == "en") is (n % 3 == 0)]
        body = " ".join(one.body_text for one in of_one_language)[:CHARACTERS]
        first = of_one_language[0]
        yield Article(
            id=n + 1,
            guid=f"tag:riverton.example.org,2026:{n}",
            state=State.PUBLISHED,
            revision=1,
            content=content(first.title, first.language, summary=first.summary, body_text=body),
            division=DIVISIONS[n % 4],
            created_at=NOW,
        )


def plain_loop(asked: Sequence[Sequence[str]], text: str) -> int:
    """How many searches have all their words somewhere in the text."""
    return sum(all(word in text for word in wanted) for wanted in asked)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--searches", type=int, default=100_000)
    parser.add_argument("--articles", type=int, default=12)
    options = parser.parse_args()
    saved = searches(options.searches)
    told = [(one, (one.division or "",)) for one in articles(options.articles)]
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    watch = Watch()
    learned = seconds(lambda: watch.holding(saved, *told[0]))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"{len(saved):,} searches learned in {learned:.2f} s, {grown / 1024:.0f} MB")
    more = searches(options.searches + 1)[-1]
    took = 1000 * seconds(lambda: watch.holding([*saved, more], *told[0]))
    print(f"one more learned, and all held against a release: {took:.0f} ms")

    times, shares, held = [], [], []
    for article, lineage in told:
        rounds = [seconds(lambda: watch.holding(saved, article, lineage)) for _ in range(ROUNDS)]  # noqa: B023
        times.append(1000 * min(rounds))
        shares.append(len(watch.asked(watch.facts(article, lineage))) / len(saved))
        held.append(len(watch.holding(saved, article, lineage)) / len(saved))
    print(f"at once: median {median(times):.1f} ms, most {max(times):.1f} ms, of {len(told)} releases")
    print(f"asked one by one: {median(shares):.1%} of them (most {max(shares):.1%})")
    print(f"holding: {median(held):.1%} (most {max(held):.1%})")

    scopes = {text: Scope.parse(text) for text in saved}
    by_itself, loop = [], []
    plain = [[" ".join(one.runs) for one in words(read(scope.words))] for scope in scopes.values()]
    for article, lineage in told[:3]:
        there = line(article.content.texts)
        wanted: set[str] = set()

        def each() -> None:
            wanted.update(text for text, scope in scopes.items() if scope.matches(article, lineage, there))  # noqa: B023

        by_itself.append(1000 * seconds(each))
        if watch.holding(saved, article, lineage).intersection(saved) != wanted:
            raise SystemExit("the answers differ")
        text = " ".join(article.content.texts).lower()
        loop.append(1000 * min(seconds(lambda: plain_loop(plain, text)) for _ in range(ROUNDS)))  # noqa: B023
    print(f"scope by scope: median {median(by_itself):.0f} ms, × {median(by_itself) / median(times):.0f}")
    print(f"a plain loop with `in`: median {median(loop):.0f} ms, × {median(loop) / median(times):.1f}")


if __name__ == "__main__":
    main()
