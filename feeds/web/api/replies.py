"""Answers to reading: conditional, and kept by nobody who may not."""

import hashlib

from fastapi import Request, Response
from pydantic import BaseModel

from feeds.web.api.call import Call
from feeds.web.conditional import is_fresh


def shown(call: Call, page: BaseModel, *, request: Request | None = None, etag: str | None = None) -> Response:
    """A page as JSON. With `request` it is conditional: 304 if what the caller has is still good.

    Without an `etag` its tag is then the hash of what is shown: it says nothing of versions that were never public.
    """
    body = page.model_dump_json().encode()
    headers = {"Cache-Control": "private, no-cache" if call.token else "public, no-cache"}
    if request is not None:
        headers["ETag"] = etag or f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        if is_fresh(request.headers, etag=headers["ETag"], last_modified=None):
            return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
