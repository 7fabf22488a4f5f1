"""What a person typed before the session ended: carried, signed, through the sign-in page and offered again."""

from dataclasses import dataclass

from flask import Request, current_app
from itsdangerous import BadSignature, URLSafeSerializer

from school.web.pages import split_url

LONGEST = 200_000  # characters; a form that long was not typed by hand
UNKEPT = frozenset({"csrf_token", "password", "new_password", "new_password_again", "code"})


@dataclass(frozen=True)
class Kept:
    """The path a form was posted to and its fields, without files, tokens and passwords."""

    path: str
    fields: list[tuple[str, str]]
    had_files: bool

    @property
    def texts(self) -> list[str]:
        """What is worth showing to the person: the longer things they typed."""
        return [value for _name, value in self.fields if len(value.strip()) > 3 and not value.isascii()]


def keep(request: Request) -> str:
    """The posted form as a signed text, or "" when there is nothing to keep or the form came from another site.

    The origin is checked because a form kept from a foreign page would be submitted with the person's own token.
    """
    if not _is_same_origin(request):
        return ""
    fields = [(n, v) for n, values in request.form.lists() for v in values if n not in UNKEPT]
    if not fields or sum(len(value) for _name, value in fields) > LONGEST:
        return ""
    path = request.full_path if request.query_string else request.path
    return _serializer().dumps([path, fields, bool(request.files)])


def restore(text: str) -> Kept | None:
    """What `keep` kept, or None when the text is empty or not ours."""
    if not text:
        return None
    try:
        path, fields, had_files = _serializer().loads(text)
    except BadSignature:
        return None
    return Kept(path, [(name, value) for name, value in fields], had_files)


def _is_same_origin(request: Request) -> bool:
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    parts = split_url(source)
    return parts is not None and parts.netloc == request.host


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="kept-form")
