"""Signing in, as it stands in the tables: who is let in, how often it may be tried, and what ends a stay."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from feeds.access.entrance import LONGEST_PAUSE, LONGEST_STAY, Admitted, Entrance, TooManyTries, WrongSignIn
from feeds.access.passwords import Cost, PasswordRefused, Passwords
from feeds.access.seals import Seals
from feeds.access.throttle import A_KNOWN_BROWSER, A_NAME, A_NAME_FROM_A_NETWORK, A_NETWORK, WINDOW
from feeds.staff import STRANGER, Role
from feeds.store import audit, staff
from feeds.store.database import Database
from feeds.store.staff import Person
from tests.builders import QUICK, SECRET, Hands

GOOD = "correct horse battery"
WRONG = "wrong horse battery"
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.1"


class Counted(Passwords):
    """Passwords that count how often they are checked, against a hash or against nobody's."""

    def __init__(self) -> None:
        super().__init__(QUICK)
        self.checked: list[bool] = []

    def verify(self, kept: str | None, text: str) -> bool:
        self.checked.append(kept is not None)
        return super().verify(kept, text)


class House:
    """An entrance over a store, with people who may pass it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Hands()
        self.passwords = Counted()
        self.entrance = Entrance(database, self.clock, self.passwords, Seals((SECRET,)))

    def employ(self, name: str = "chief-a") -> Person:
        with self.database.write() as session:
            return staff.add(
                session,
                name=name,
                role=Role.CHIEF,
                divisions=(),
                password_hash=self.passwords.hash(GOOD),
                must_change=False,
                now=self.clock(),
            )

    def enter(self, name: str = "chief-a", password: str = GOOD, **where: str) -> Admitted:
        return self.entrance.sign_in(name, password, network=where.pop("network", HERE), **where)

    def fail(
        self, times: int, name: str = "chief-a", *, of: Callable[[int], str] = lambda _: HERE, **rest: str
    ) -> None:
        for number in range(times):
            with pytest.raises(WrongSignIn):
                self.enter(name, WRONG, network=of(number), **rest)

    def deeds(self) -> list[tuple[str, str]]:
        with self.database.read() as session:
            return [(one.actor, one.action) for one in reversed(audit.entries(session))]


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
def quick_house(sqlite_database: Database) -> House:
    return House(sqlite_database)


def test_who_knows_the_password_is_let_in_and_found_again(house: House) -> None:
    person = house.employ()
    admitted = house.enter(" CHIEF-A ")
    assert admitted.person == person
    assert house.entrance.visitor(admitted.token) == person
    assert admitted.token not in repr(admitted)
    assert house.deeds() == [("chief-a", "sign_in")]


def test_no_table_holds_what_the_browser_keeps(house: House) -> None:
    house.employ()
    admitted = house.enter()
    with house.database.read() as session:
        for table in ("staff", "staff_session", "sign_in_failure", "audit"):
            rows = str(session.exec_driver_sql(f"SELECT * FROM {table}").all())
            for secret in (admitted.token, admitted.browser, GOOD, HERE):
                assert secret not in rows


@pytest.mark.parametrize(
    ("name", "password"),
    [("chief-a", WRONG), ("chief-b", GOOD), ("", GOOD), ("chief-a", ""), ("a\0b", "\0"), ("shell", GOOD)],
)
def test_b89_whatever_is_wrong_is_checked_once_and_answered_alike(quick_house: House, name: str, password: str) -> None:
    quick_house.employ()
    with pytest.raises(WrongSignIn) as refused:
        quick_house.enter(name, password)
    assert str(refused.value) == "the name or the password is wrong"
    assert quick_house.passwords.checked == [name == "chief-a"]


def test_b89_a_closed_account_is_checked_as_nobodys(quick_house: House) -> None:
    person = quick_house.employ()
    with quick_house.database.write() as session:
        staff.change(session, person.id, role=Role.CHIEF, divisions=(), active=False)
    with pytest.raises(WrongSignIn):
        quick_house.enter()
    assert quick_house.passwords.checked == [False]


def test_b91_an_earlier_stay_in_the_same_browser_ends_when_somebody_signs_in(house: House) -> None:
    house.employ()
    house.employ("chief-b")
    planted = house.enter("chief-b")
    admitted = house.enter(present=planted.token)
    assert admitted.token != planted.token
    assert house.entrance.visitor(planted.token) is None
    with pytest.raises(WrongSignIn):
        house.enter(password=WRONG, present=admitted.token)
    assert house.entrance.visitor(admitted.token) is not None, "a wrong try ends nothing"


@pytest.mark.parametrize("token", ["", "x", "\xff" * 50, "a" * 100_000, "' OR 1=1 --", "\ud800"])
def test_b92_a_token_that_is_none_lets_nobody_in(quick_house: House, token: str) -> None:
    quick_house.employ()
    assert quick_house.entrance.visitor(token) is None


def test_b92_signing_out_ends_this_stay_and_no_other(house: House) -> None:
    house.employ()
    first, second = house.enter(), house.enter()
    house.entrance.sign_out("chief-a", first.token)
    assert house.entrance.visitor(first.token) is None
    assert house.entrance.visitor(second.token) is not None
    assert house.deeds()[-1] == ("chief-a", "sign_out")


def test_b92_a_new_password_ends_every_stay_and_begins_one(house: House) -> None:
    person = house.employ()
    first, second = house.enter(), house.enter()
    new = house.entrance.change_password(person.id, GOOD, "another horse battery")
    assert house.entrance.visitor(first.token) is None
    assert house.entrance.visitor(second.token) is None
    assert house.entrance.visitor(new.token) == person
    with pytest.raises(WrongSignIn):
        house.enter()
    house.enter(password="another horse battery")


def test_a_new_password_needs_the_old_one_and_must_be_another(house: House) -> None:
    person = house.employ()
    with pytest.raises(WrongSignIn):
        house.entrance.change_password(person.id, WRONG, "another horse battery")
    with pytest.raises(PasswordRefused) as refused:
        house.entrance.change_password(person.id, GOOD, GOOD)
    assert refused.value.word == "account.password_same"
    with pytest.raises(PasswordRefused):
        house.entrance.change_password(person.id, GOOD, "short")
    house.enter()


def test_b88_a_stolen_stay_cannot_be_used_to_guess_the_password(quick_house: House) -> None:
    person = quick_house.employ()
    for _ in range(A_KNOWN_BROWSER):
        with pytest.raises(WrongSignIn):
            quick_house.entrance.change_password(person.id, WRONG, "another horse battery")
    with pytest.raises(TooManyTries):
        quick_house.entrance.change_password(person.id, GOOD, "another horse battery")


def test_a_stay_ends_after_a_long_pause_and_after_a_week_in_any_case(house: House) -> None:
    house.employ()
    began = house.clock()
    idle, busy = house.enter(), house.enter()
    house.clock.at = began + LONGEST_PAUSE - timedelta(seconds=1)
    assert house.entrance.visitor(busy.token) is not None
    house.clock.at = began + LONGEST_PAUSE
    assert house.entrance.visitor(idle.token) is None
    while house.clock.at < began + LONGEST_STAY - timedelta(hours=7):
        assert house.entrance.visitor(busy.token) is not None
        house.clock.forward(hours=7)
    assert house.entrance.visitor(busy.token) is not None
    house.clock.at = began + LONGEST_STAY - timedelta(seconds=1)
    assert house.entrance.visitor(busy.token) is not None
    house.clock.at = began + LONGEST_STAY
    assert house.entrance.visitor(busy.token) is None


def test_b88_a_name_may_be_tried_a_few_times_from_one_place(house: House) -> None:
    house.employ()
    house.fail(A_NAME_FROM_A_NETWORK)
    before = len(house.passwords.checked)
    with pytest.raises(TooManyTries) as refused:
        house.enter()
    assert refused.value.wait == WINDOW
    assert len(house.passwords.checked) == before, "a try that is refused costs nothing"
    house.enter(network=ELSEWHERE)
    house.clock.at += WINDOW
    house.enter()


def test_b88_whoever_signs_in_has_all_tries_again(house: House) -> None:
    house.employ()
    for _ in range(3):
        house.fail(A_NAME_FROM_A_NETWORK - 1)
        house.enter()


def test_b88_many_names_from_one_place_are_slowed_all_the_same(quick_house: House) -> None:
    quick_house.employ()
    for number in range(A_NETWORK):
        quick_house.fail(1, f"nobody-{number}")
    with pytest.raises(TooManyTries):
        quick_house.enter()
    quick_house.enter(network=ELSEWHERE)


def test_b88_one_name_from_many_places_is_slowed_and_the_log_is_told(quick_house: House) -> None:
    person = quick_house.employ()
    with capture_logs() as lines:
        quick_house.fail(A_NAME, of=lambda number: f"198.51.100.{number}")
    attacks = [line for line in lines if line["event"] == "sign_in.attacked"]
    assert [(line["person"], line["tries"], line["log_level"]) for line in attacks] == [
        (person.id, 10, "warning"),
        (person.id, A_NAME, "warning"),
    ]
    assert quick_house.deeds() == [(STRANGER, "sign_in_failed"), (STRANGER, "attack"), (STRANGER, "attack")]
    with pytest.raises(TooManyTries):
        quick_house.enter(network=HERE)


def test_b88_a_name_that_is_nobodys_is_slowed_alike_and_never_logged(quick_house: House) -> None:
    with capture_logs() as lines:
        quick_house.fail(A_NAME, "my-secret-password", of=lambda number: f"198.51.100.{number}")
    assert any(line["event"] == "sign_in.attacked" for line in lines)
    assert "my-secret-password" not in str(lines)
    assert not quick_house.deeds()
    with pytest.raises(TooManyTries):
        quick_house.enter("my-secret-password", network=HERE)


def test_b88_strangers_do_not_lock_a_person_out_of_their_own_browser(house: House) -> None:
    house.employ()
    browser = house.enter().browser
    house.fail(A_NAME_FROM_A_NETWORK)
    house.fail(A_NAME - A_NAME_FROM_A_NETWORK, of=lambda number: f"198.51.100.{number}")
    with pytest.raises(TooManyTries):
        house.enter()
    assert house.enter(browser=browser).browser == browser
    assert house.enter(browser=browser, network=ELSEWHERE).person.name == "chief-a"


def test_b88_a_known_browser_has_few_tries_and_for_its_own_name_alone(quick_house: House) -> None:
    quick_house.employ()
    quick_house.employ("chief-b")
    browser = quick_house.enter().browser
    quick_house.fail(A_KNOWN_BROWSER, browser=browser)
    with pytest.raises(TooManyTries):
        quick_house.enter(browser=browser)
    quick_house.enter()
    quick_house.fail(A_NAME_FROM_A_NETWORK, "chief-b", browser=browser)
    with pytest.raises(TooManyTries):
        quick_house.enter("chief-b", browser=browser)


def test_b88_a_browser_cannot_make_itself_known(quick_house: House) -> None:
    quick_house.employ()
    mark, _, seal = quick_house.enter().browser.partition(".")
    forged = [f"{mark}x.{seal}", f"{mark}.{'0' * 64}", "", ".", "a.b", f"{mark}.", "\xff.\xff", "x" * 10_000]
    quick_house.fail(A_NAME_FROM_A_NETWORK)
    for one in forged:
        with pytest.raises(TooManyTries):
            quick_house.enter(browser=one)


def test_b88_a_hundred_tries_at_once_are_no_more_than_one_after_the_other(house: House) -> None:
    house.employ()

    def one_try(_: int) -> str:
        try:
            house.enter(password=WRONG)
        except (WrongSignIn, TooManyTries) as error:
            return type(error).__name__
        return "let in"

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(one_try, range(100)))
    assert answers.count("WrongSignIn") == A_NAME_FROM_A_NETWORK
    assert answers.count("TooManyTries") == 100 - A_NAME_FROM_A_NETWORK
    assert len(house.passwords.checked) == A_NAME_FROM_A_NETWORK


def test_a_hash_of_an_older_cost_is_made_again_at_the_next_sign_in(quick_house: House) -> None:
    person = quick_house.employ()
    dearer = Passwords(Cost(passes=2, kibibytes=16, lanes=1))
    Entrance(quick_house.database, quick_house.clock, dearer, Seals((SECRET,))).sign_in("chief-a", GOOD, network=HERE)
    with quick_house.database.read() as session:
        assert not dearer.is_dated(staff.password_of(session, person.id))


def test_ended_stays_are_tidied_away(house: House) -> None:
    house.employ()
    house.enter()
    house.clock.at += LONGEST_STAY
    assert house.entrance.tidy() == 1
    assert house.entrance.tidy() == 0
