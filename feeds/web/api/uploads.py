"""Uploading over the API: one picture or file, as it is or in a form."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool

from feeds.addresses import attachment_path, media_path
from feeds.errors import Forbidden
from feeds.media.keeper import MAX_FILE_BYTES
from feeds.staff import Actor, Right
from feeds.store.media import Kept
from feeds.web.api import answers, documenting
from feeds.web.api.call import Call, Calling, Reply
from feeds.web.api.problems import FieldError, Saying, invalid, unauthorized
from feeds.web.newsroom import forms

router = APIRouter(generate_unique_id_function=lambda route: route.name)
FileName = Annotated[
    str,
    StringConstraints(max_length=200),
    Query(description="What its owner calls it, where it is sent as it is: plan.pdf."),
]
_BINARY = {"type": "string", "format": "binary"}
_BODY = {
    "required": True,
    "content": {
        "application/octet-stream": {"schema": _BINARY},
        "multipart/form-data": {
            "schema": {"type": "object", "required": ["file"], "properties": {"file": _BINARY}},
        },
    },
}


@router.post(
    "/media",
    summary="Upload a picture or a file",
    tags=["media"],
    status_code=201,
    response_model=answers.Media,
    responses=documenting.told(403, 408, 422, success=201),
    openapi_extra={"security": [{"token": []}], "x-right": "media", "requestBody": _BODY},
)
async def upload_media(request: Request, call: Calling, name: FileName = "") -> Response:
    """Send the bytes, or a form with one file. The same file again is the same name, so it can be repeated safely. A
    picture is made anew, without what the camera wrote about the place; readers see it with the first article that
    shows it."""
    _allowed(call)
    content, name = await _file(request, call, name)
    return await run_in_threadpool(_kept, call, content, name)


def _allowed(call: Call) -> Actor:
    """Who uploads. Problem 401, or Forbidden."""
    if call.token is None:
        raise unauthorized()
    actor = call.token.actor
    if Right.MEDIA not in actor.rights:
        raise Forbidden(f"{actor.name} has no right to {Right.MEDIA}")
    return actor


async def _file(request: Request, call: Call, name: str) -> tuple[bytes, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != forms.MULTIPART:
        return call.body, name
    form = await forms.read(request, upload_bytes=MAX_FILE_BYTES)
    files = form.files.get("file", ())
    if len(files) != 1 or len(form.files) != 1:
        raise invalid(FieldError("file", Saying("problem.field.one_file")))
    return files[0].content, files[0].name


def _kept(call: Call, content: bytes, name: str) -> Response:
    media, actor = call.office.media, _allowed(call)
    # A picture takes a second to be made: nobody waits for the database meanwhile.
    prepared = media.prepare(content, file_name=name)
    with call.office.database.write() as session:
        kept = media.keep(session, prepared, by=actor.name)
    return Reply(201, _answer(call, kept, name).model_dump_json()).response()


def _answer(call: Call, kept: Kept, name: str) -> answers.Media:
    path = media_path(kept.name) if kept.width is not None else attachment_path(kept.name, name or kept.name)
    return answers.Media(
        media=kept.name,
        address=call.office.newsroom.url(path),
        media_type=kept.media_type,
        length=kept.length,
        width=kept.width,
        height=kept.height,
    )
