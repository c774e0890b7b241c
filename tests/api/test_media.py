"""Pictures and files sent by a program, and the articles that show them."""

import io

import pytest
from PIL import Image

from feeds.media.keeper import MAX_FILE_BYTES
from feeds.staff import Right
from tests.api.program import RELEASE, Program, demand_problem, program, read, stranger
from tests.web.browser import path_of
from tests.web.conftest import Site

EDGE = "an-edge-of-these-tests"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(width: int = 1200, form: str = "JPEG") -> bytes:
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "A telephone at home"
    Image.linear_gradient("L").resize((width, 800)).convert("RGB").save(written, form, exif=exif)
    return written.getvalue()


def form(content: bytes, *, field: str = "file", name: str = "bus.jpg", times: int = 1) -> bytes:
    head = f'--{EDGE}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode()
    return (head + content + b"\r\n") * times + f"--{EDGE}--\r\n".encode()


def upload(who: Program, content: bytes, query: str = "") -> dict[str, object]:
    answer = who.post(f"/media{query}", content, content_type="application/octet-stream")
    assert answer.status == 201, answer.text
    return read(answer)  # type: ignore[no-any-return]


def test_a_picture_is_kept_and_shown_with_its_article(site: Site, cms: Program) -> None:
    kept = upload(cms, picture())
    assert (kept["width"], kept["height"], kept["media_type"]) == (1200, 800, "image/jpeg")
    shown = {"media": kept["media"], "caption": "The bus\x01", "credit": "City", "alt": "A bus at night"}
    article = cms.create(pictures=[shown], publish=True)
    (told,) = article["pictures"]
    assert (told["caption"], told["alt"], told["width"]) == ("The bus", "A bus at night", 1200)
    assert told["address"] == kept["address"] == f"http://newsroom.test/media/{kept['media']}"
    fetched = site.browser.get(path_of(str(kept["address"])))
    assert (fetched.status, fetched.headers["content-type"]) == (200, "image/jpeg")
    assert f"/media/{kept['media']}" in site.browser.get(path_of(article["url"])).text


def test_a_picture_without_what_readers_need_is_not_published(cms: Program) -> None:
    kept = upload(cms, picture())
    article = cms.create(pictures=[{"media": kept["media"]}])
    told = demand_problem(cms.change(article, "/publish"), 409)
    assert [error["field"] for error in told["errors"]] == [f"pictures.0.{one}" for one in ("caption", "credit", "alt")]
    decorative = {"media": kept["media"], "caption": "x", "credit": "y", "decorative": True}
    answer = cms.ask("PATCH", f"/articles/{article['id']}", {"pictures": [decorative]}, if_match="*")
    assert cms.change(read(answer), "/publish").status == 200


def test_a_file_is_kept_and_attached(site: Site, cms: Program) -> None:
    kept = upload(cms, PDF, "?name=plan.pdf")
    article = cms.create(attachments=[{"media": kept["media"], "name": "The plan.pdf"}], publish=True)
    (told,) = article["attachments"]
    assert (told["media_type"], told["length"]) == ("application/pdf", len(PDF))
    fetched = site.browser.get(path_of(told["address"]))
    assert (fetched.status, fetched.headers["content-length"]) == (200, str(len(PDF)))
    assert "plan.pdf" in fetched.headers["content-disposition"]


def test_b58_a_photograph_that_is_attached_loses_what_its_camera_wrote_too(site: Site, cms: Program) -> None:
    content = picture()
    assert b"A telephone at home" in content
    kept = upload(cms, content, "?name=hall.jpg")
    article = cms.create(attachments=[{"media": kept["media"], "name": "The hall.jpg"}], publish=True)
    fetched = site.browser.get(path_of(article["attachments"][0]["address"]))
    assert fetched.status == 200
    assert b"A telephone at home" not in fetched.body


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_one_of_our_pictures_within_the_text_needs_a_description_and_a_foreign_one_does_not(
    cms: Program, form: str
) -> None:
    ours, theirs = str(upload(cms, picture())["address"]), "https://www.example.org/media/bus.jpg"
    fields = {key: value for key, value in RELEASE.items() if key != "markdown"}
    for address, alt, lacks in ((ours, "", ["text"]), (ours, "A bus", None), (theirs, "", None)):
        shown = f"![{alt}]({address})" if form == "markdown" else f'<img alt="{alt}" src="{address}" width="90">'
        article = read(cms.post("/articles", fields | {form: f"Buses run.\n\n{shown}"}))
        answer = cms.change(article, "/publish")
        if lacks:
            assert [error["field"] for error in demand_problem(answer, 409)["errors"]] == lacks
        else:
            assert answer.status == 200, answer.text


def test_the_same_file_again_is_the_same_name(site: Site, cms: Program) -> None:
    content = picture()
    first = upload(cms, content)
    again = cms.post("/media", form(content), content_type=f"multipart/form-data; boundary={EDGE}")
    assert read(again)["media"] == first["media"]
    assert len(site.dump()["media"]) == 1


def test_pictures_stay_where_an_edit_does_not_name_them(cms: Program) -> None:
    kept = upload(cms, picture())
    article = cms.create(pictures=[{"media": kept["media"], "caption": "x"}])
    after = read(cms.ask("PATCH", f"/articles/{article['id']}", {"title": "New"}, if_match="*"))
    assert after["pictures"] == article["pictures"]
    gone = read(cms.ask("PATCH", f"/articles/{article['id']}", {"pictures": []}, if_match="*"))
    assert gone["pictures"] == []


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (SVG, 422),
        (b"<!doctype html><script>alert(1)</script>", 422),
        (b"MZ" + bytes(100), 422),
        (picture()[:2000], 422),
        (b"GIF89a" + SVG, 422),
        (bytes(MAX_FILE_BYTES + 1), 413),
        (bytes(MAX_FILE_BYTES + 100_000), 413),
    ],
)
def test_b58_what_we_do_not_keep_is_refused_with_its_reason(
    site: Site, cms: Program, content: bytes, status: int
) -> None:
    answer = cms.post("/media?name=x.jpg", content, content_type="image/jpeg")
    demand_problem(answer, status)
    assert not site.dump()["media"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (form(picture(), field="picture"), 422),
        (form(picture(), times=2), 422),
        (f"--{EDGE}--\r\n".encode(), 422),
        (b"", 400),
        (b"no form at all", 400),
        (form(picture())[:-10], 400),
        (form(picture())[:500], 400),
    ],
)
def test_a_form_that_holds_no_one_file_is_refused(cms: Program, body: bytes, status: int) -> None:
    answer = cms.post("/media", body, content_type=f"multipart/form-data; boundary={EDGE}")
    demand_problem(answer, status)


def test_uploading_needs_its_own_scope(site: Site) -> None:
    writer = program(site, "writer", scopes=(Right.WRITE, Right.PUBLISH))
    demand_problem(writer.post("/media", picture(), content_type="image/jpeg"), 403)
    demand_problem(stranger(site).post("/media", picture(), content_type="image/jpeg"), 401)


def test_an_attachment_is_no_picture(cms: Program) -> None:
    kept = upload(cms, PDF, "?name=plan.pdf")
    told = demand_problem(cms.post("/articles", RELEASE | {"pictures": [{"media": kept["media"]}]}), 422)
    assert [error["field"] for error in told["errors"]] == ["pictures.0.media"]
