"""Small things every page needs: where to go next, headers, downloads, the page after an error."""

import re
from urllib.parse import SplitResult, quote, urlsplit

from flask import Flask, Response, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

ERRORS = {
    400: ("请求没有看懂", "地址或表单里有不认识的内容。请返回上一页，刷新后再试。"),
    403: ("没有权限", "您的账号不能做这件事。如果需要，请联系学校管理员。"),
    404: ("没有这一页", "地址写错了，或者您不能查看它。"),
    405: ("不能这样打开", "请从页面上的按钮进入。"),
    413: ("文件太大", "请缩小文件后再上传。"),
    429: ("太频繁了", "请稍等一会儿再试。"),
    500: ("系统出了问题", "没有保存任何内容，请稍后再试；如果一直这样，请联系学校管理员。"),
}


def see_other(url: str) -> BaseResponse:
    """After a POST: 303 to the page that shows the result."""
    return redirect(url, code=303)


def safe_next(url: str) -> str:
    """`url` when it is a path of this site without control characters, plain or encoded, else ""."""
    parts = split_url(url)
    if parts is None:
        return ""
    is_path = url.startswith("/") and not url.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return url if is_path and not re.search(r"(?i)[\\\x00-\x1f]|%[01][0-9a-f]", url) else ""


def split_url(url: str) -> SplitResult | None:
    """The parts of an address a stranger wrote, None when it is none: `http://[` is an error to Python."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def download(content: bytes, filename: str, mimetype: str) -> Response:
    """A file to save, with its Chinese name (RFC 5987)."""
    response = Response(content, mimetype=mimetype)
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", filename)
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename)}"
    return response


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def init_app(app: Flask) -> None:
    """Register headers and error pages."""
    app.after_request(_secure)
    app.register_error_handler(HTTPException, _error_page)
    app.register_error_handler(500, _error_page)


def _secure(response: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if request.endpoint else "no-cache"
    return response


def _error_page(error: HTTPException) -> tuple[str, int] | BaseResponse:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    title, text = ERRORS.get(code, ERRORS[400] if code < 500 else ERRORS[500])
    if isinstance(error, CSRFError):
        title, text = "页面已过期", "为了安全，这个页面需要重新打开。请返回上一页，刷新后再提交。"
    return render_template("web/error.html", code=code, title=title, text=text), code
