"""Finds what was uploaded, for the pictures and files that a program names."""

from dataclasses import dataclass

from feeds.media import keeper
from feeds.media.keeper import MediaStore
from feeds.media.refusal import MediaRefused
from feeds.model import Attachment, Picture
from feeds.store.database import Session
from feeds.store.media import Kept
from feeds.web.api.fields import AttachmentFields, PictureFields
from feeds.web.api.problems import FieldError, Saying, invalid


@dataclass(frozen=True, slots=True)
class KeptMedia:
    """Looks in the store, in the caller's transaction."""

    session: Session
    media: MediaStore

    def pictures(self, fields: list[PictureFields]) -> tuple[Picture, ...]:
        """The pictures that are named. Problem 422 about the one that we do not keep, or that is none."""
        return tuple(self._picture(one, f"pictures.{position}.media") for position, one in enumerate(fields))

    def attachments(self, fields: list[AttachmentFields]) -> tuple[Attachment, ...]:
        """The files that are named. Problem 422 about the one that we do not keep."""
        return tuple(
            keeper.attachment(self._kept(one.media, f"attachments.{position}.media"), one.name)
            for position, one in enumerate(fields)
        )

    def _picture(self, one: PictureFields, field: str) -> Picture:
        kept = self._kept(one.media, field)
        try:
            return keeper.picture(kept, caption=one.caption, credit=one.credit, alt=one.alt, decorative=one.decorative)
        except MediaRefused as error:
            raise invalid(FieldError(field, Saying("problem.field.no_picture"))) from error

    def _kept(self, name: str, field: str) -> Kept:
        found = self.media.find(self.session, name)
        if found is None:
            raise invalid(FieldError(field, Saying("problem.field.no_media")))
        return found
