"""Fetching an address that somebody names: over real HTTP, from a server that misbehaves."""

import io
import ipaddress
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from feeds.fetching import Fetched, fetch
from feeds.intake.decode import text_of
from feeds.outgoing import FetchRefused, IpAddress, Rules, is_public, resolve
from tests.wire.certificates import self_signed
from tests.wire.unkind import PAGE, Unkind, serving


@pytest.fixture(scope="module")
def server() -> Iterator[Unkind]:
    with serving() as unkind:
        yield unkind


def _loopback(address: IpAddress) -> bool:
    return address.is_loopback


def _test_names(host: str, port: int) -> Sequence[str]:
    """Names end in .test here and mean loopback, but one that means a private address."""
    if host == "inside.test":
        return ["10.0.0.7"]
    if host == "mixed.test":
        return ["127.0.0.1", "10.0.0.7"]
    return ["127.0.0.1"] if host.endswith(".test") else resolve(host, port)


ALLOWED = Rules(permits=_loopback, resolves=_test_names, ports=None, most_bytes=1_000_000, most_seconds=10)


def read(address: str, rules: Rules = ALLOWED) -> tuple[Fetched, bytes]:
    into = io.BytesIO()
    return fetch(address, into, rules), into.getvalue()


def test_a_page_comes_with_its_address_and_what_the_server_called_it(server: Unkind) -> None:
    found, content = read(server.url("/page"))
    assert content.decode() == PAGE
    assert (found.address, found.media_type) == (server.url("/page"), "text/html; charset=utf-8")
    assert found.length == len(content)
    assert server.asked[-1] == ("/page", f"site.test:{server.port}")


def test_b44_a_page_in_euc_kr_comes_out_right(server: Unkind) -> None:
    found, content = read(server.url("/korean"))
    assert text_of(content, found.media_type) == PAGE


def test_a_packed_page_is_unpacked(server: Unkind) -> None:
    assert read(server.url("/packed"))[1].decode() == PAGE


def test_non_ascii_and_blanks_in_a_path_are_encoded_on_the_wire(server: Unkind) -> None:
    read(server.url("/page/심야%20버스?x=가"))
    assert server.asked[-1][0] == "/page/%EC%8B%AC%EC%95%BC%20%EB%B2%84%EC%8A%A4?x=%EA%B0%80"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/page",
        "http://localhost:{port}/page",
        "http://[::1]:{port}/page",
        "http://2130706433:{port}/page",
        "http://0x7f.1:{port}/page",
        "http://127.1:{port}/page",
        "http://0:{port}/page",
        "http://0.0.0.0:{port}/page",
        "http://[::ffff:127.0.0.1]:{port}/page",
        "http://[::]:{port}/page",
        "http://127.0.0.1.:{port}/page",
    ],
)
def test_b70_loopback_is_never_connected_to_however_it_is_written(server: Unkind, address: str) -> None:
    before = len(server.asked)
    with pytest.raises(FetchRefused, match=r"not in the public internet|there is no host"):
        read(address.format(port=server.port), Rules(ports=None))
    assert len(server.asked) == before


@pytest.mark.parametrize(
    "host",
    ["10.0.0.7", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "240.0.0.1", "[fe80::1]"],
)
def test_b70_private_addresses_are_refused(host: str) -> None:
    with pytest.raises(FetchRefused, match="not in the public internet"):
        read(f"http://{host}/", Rules())


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("::ffff:8.8.8.8", True),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b:1::7f00:1", False),
        ("2002:a00:1::", False),
        ("2001:0:a00:1::", False),
        ("::127.0.0.1", False),
        ("fc00::1", False),
        ("ff0e::1", False),
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("192.0.2.1", False),
    ],
)
def test_b70_an_address_that_wraps_another_is_as_public_as_that(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


def test_b71_a_host_with_any_address_inside_is_refused(server: Unkind) -> None:
    for host in ("inside.test", "mixed.test"):
        with pytest.raises(FetchRefused, match=f"{host} is not in the public internet"):
            read(server.url("/page", host))


def test_b71_a_name_is_resolved_once_for_a_connection_and_cannot_change_its_mind(server: Unkind) -> None:
    answers = [["127.0.0.1"], ["10.0.0.7"]]

    def changing(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    rules = Rules(permits=_loopback, resolves=changing, ports=None)
    assert read(server.url("/page"), rules)[1].decode() == PAGE
    assert answers == [["10.0.0.7"]]


@pytest.mark.parametrize("place", ["//10.0.0.7/", "http://inside.test/", "//169.254.169.254/latest/meta-data"])
def test_b71_a_redirect_to_the_inside_is_refused(server: Unkind, place: str) -> None:
    with pytest.raises(FetchRefused, match="not in the public internet"):
        read(server.url(f"/to/{place}"))


@pytest.mark.parametrize(
    "place", ["file:///etc/passwd", "gopher://site.test/", "javascript:x()", "http://name:word@site.test/"]
)
def test_b72_a_redirect_to_anything_else_is_refused(server: Unkind, place: str) -> None:
    with pytest.raises(FetchRefused, match=r"only addresses of http|holds a name|no web address"):
        read(server.url(f"/to/{place}"))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("file:///etc/passwd", "only addresses of http"),
        ("ftp://site.test/", "only addresses of http"),
        ("http://name:word@site.test/", "holds a name or a password"),
        ("http://site.test@inside.test/", "holds a name or a password"),
        ("http://", "no web address"),
        ("http://site.test:99999/", "no web address"),
        ("http://site.test/\r\nX-Evil: 1", "no web address"),
        ("http://site.test\\@inside.test/", "no web address"),
        ("http://[::1/", "no web address"),
        ("http://site.test:22/", "only the ports 80, 443"),
        ("http://site.test:6379/", "only the ports 80, 443"),
        ("https://site.test:25/", "only the ports 80, 443"),
        ("http://" + "a" * 3000 + ".test/", "no web address"),
    ],
)
def test_b72_other_schemes_ports_and_forms_are_refused_before_anybody_is_asked(address: str, reason: str) -> None:
    with pytest.raises(FetchRefused, match=reason):
        read(address, Rules(permits=_loopback, resolves=_test_names))


def test_five_redirects_are_followed_and_a_sixth_is_not(server: Unkind) -> None:
    found, content = read(server.url("/again/5"))
    assert (found.address, content.decode()) == (server.url("/page"), PAGE)
    with pytest.raises(FetchRefused, match="more than 5 times"):
        read(server.url("/again/6"))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/big", "bigger than"),
        ("/endless", "bigger than"),
        ("/bomb", "bigger than"),
        ("/brotli", "packed in a way we did not ask for: br"),
        ("/not-packed", "cannot be unpacked"),
        ("/cut-packed", "the answer is cut off"),
        ("/cut", "cannot be read from"),
        ("/nonsense", "cannot be read from"),
        ("/gone", "the server answered 404"),
        ("/nowhere", "did not say where to go"),
    ],
)
def test_b53_b76_an_answer_that_is_none_is_one_clear_sentence_and_bounded(
    server: Unkind, path: str, reason: str
) -> None:
    into = io.BytesIO()
    with pytest.raises(FetchRefused, match=reason) as refused:
        fetch(server.url(path), into, ALLOWED)
    assert len(into.getvalue()) <= ALLOWED.most_bytes
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("path", ["/drip", "/drip-head", "/silent"])
def test_b76_a_server_that_takes_for_ever_is_left_in_time(server: Unkind, path: str) -> None:
    rules = Rules(permits=_loopback, resolves=_test_names, ports=None, most_seconds=0.5)
    with pytest.raises(FetchRefused, match=r"takes longer than 0\.5 seconds|in time"):
        read(server.url(path), rules)


def test_a_host_there_is_not_is_one_clear_sentence() -> None:
    with pytest.raises(FetchRefused, match=r"there is no host nobody\.invalid"):
        read("http://nobody.invalid/", Rules())


def test_a_host_that_does_not_listen_is_one_clear_sentence() -> None:
    with serving() as gone:
        pass
    with pytest.raises(FetchRefused, match=r"site\.test cannot be read from"):
        read(gone.url("/page"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for site.test that nobody else trusts."""
    return self_signed(tmp_path_factory.mktemp("tls"), "DNS:site.test")


def test_over_tls_the_certificate_has_to_be_that_of_the_name_though_its_address_is_connected_to(
    certificate: Path,
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    rules = Rules(permits=_loopback, resolves=_test_names, ports=None, tls=trusting)
    with serving(certificate) as server:
        secure = server.url("/page").replace("http://", "https://")
        assert read(secure, rules)[1].decode() == PAGE
        with pytest.raises(FetchRefused, match=r"other\.test cannot be read from"):
            read(secure.replace("site.test", "other.test"), rules)
        with pytest.raises(FetchRefused, match=r"site\.test cannot be read from"):
            read(secure, Rules(permits=_loopback, resolves=_test_names, ports=None))
