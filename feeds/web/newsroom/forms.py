"""The forms that staff send: long texts and files, read within bounds while they arrive."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

FORM_BYTES = 2 * 1024 * 1024
"""What the fields of a form may hold together: a text of 200,000 characters is 600 KB, three times that on the wire."""
MAX_FIELDS = 1000
MAX_FILES = 50
FORM_SECONDS = 60
UPLOAD_SECONDS = 300
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form, within its bounds: the name that the browser gave it, and its bytes."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form in order, and its files by field; a field left empty brings none."""

    fields: tuple[tuple[str, str], ...]
    files: Mapping[str, tuple[Upload, ...]] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """The first value of a field."""
        return next((value for key, value in self.fields if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        return tuple(value for key, value in self.fields if key == name)


def kind_of(request: Request) -> str:
    """The media type of a form. HTTPException 415 for what is none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (URLENCODED, MULTIPART):
        raise HTTPException(415)
    return kind


async def read(request: Request, *, upload_bytes: int = 0) -> Form:
    """The form of a request, its files together no larger than `upload_bytes`.

    HTTPException 415, 413, 408 or 400 for what is none, too large, too slow or broken.
    """
    kind = kind_of(request)
    bounded = _bounded(request, FORM_BYTES + (upload_bytes if kind == MULTIPART else 0))
    try:
        async with asyncio.timeout(UPLOAD_SECONDS if upload_bytes else FORM_SECONDS):
            form = await (_urlencoded(bounded) if kind == URLENCODED else _multipart(request, bounded))
    except TimeoutError as error:
        raise HTTPException(408) from error
    except (ValueError, ClientDisconnect, MultiPartException) as error:
        raise HTTPException(400) from error
    if any("\0" in text for pair in form.fields for text in pair):
        raise HTTPException(400)  # no text holds it, and PostgreSQL keeps none
    if sum(len(file.content) for files in form.files.values() for file in files) > upload_bytes:
        raise HTTPException(413)
    return form


async def discard(request: Request) -> None:
    """Let a form arrive that is not going to be read, within the bounds of one without files.

    A browser shows no answer while it is still sending.
    """
    try:
        async with asyncio.timeout(FORM_SECONDS):
            async for _ in _bounded(request, FORM_BYTES):
                pass
    except (TimeoutError, HTTPException, ClientDisconnect):
        return


async def _bounded(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    read = 0
    async for chunk in request.stream():
        read += len(chunk)
        if read > limit:
            raise HTTPException(413)
        yield chunk


async def _urlencoded(stream: AsyncGenerator[bytes, None]) -> Form:
    body = b"".join([chunk async for chunk in stream])
    pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    return Form(tuple(pairs))


class _Whole(MultiPartParser):
    """Takes no form that ends before its last boundary: the file that was cut off would be left open."""

    _ended = False

    def on_end(self) -> None:
        """The last boundary has come."""
        self._ended = True

    async def parse(self) -> FormData:
        """The form. MultiPartException where it is cut off."""
        data = await super().parse()
        if not self._ended:
            for file in self._files_to_close_on_error:
                file.close()
            raise MultiPartException("the last boundary is missing")
        return data


async def _multipart(request: Request, stream: AsyncGenerator[bytes, None]) -> Form:
    parser = _Whole(request.headers, stream, max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=FORM_BYTES)
    data = await parser.parse()
    try:
        fields: list[tuple[str, str]] = []
        files: dict[str, tuple[Upload, ...]] = {}
        for name, value in data.multi_items():
            if isinstance(value, str):
                fields.append((name, value))
                continue
            content = await value.read()
            if value.filename or content:
                files[name] = (*files.get(name, ()), Upload(value.filename or "", content))
        return Form(tuple(fields), files)
    finally:
        await data.close()
