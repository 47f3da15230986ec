"""Public files as an answer: safe paths, conditional requests, ready-made gzip.

In the embedded setting the application serves what a web server, a cache or an object store serves elsewhere.
"""

import hashlib
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, quote_etag

# A reader who looks again must see what is true now, so browsers ask each time (and mostly hear 304); a shared cache
# keeps a surge away for five seconds, and may go on showing the page when the application is gone.
CACHE_CONTROL = "public, max-age=0, s-maxage=5, stale-if-error=86400"

# By ending, not by guessing: readers of feeds are strict (CAP 1.2, section 5; RFC 4287, section 7).
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".xml": "application/cap+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".geojson": "application/geo+json; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


def public_file(root: Path, address: str) -> Path | None:
    """The file below `root` that an address names (`index.html` for a folder); None where there is none to be seen.

    Hidden files, unknown endings, and whatever leads out of the folder, by dots or by a link, count as absent.
    """
    if "\x00" in address or "\\" in address or any(part.startswith(".") for part in address.split("/")):
        return None
    home = root.resolve()
    try:
        path = (home / address.lstrip("/")).resolve()
        if path.is_dir():
            path = (path / "index.html").resolve()
        there = path.is_file()
    except OSError:  # a name longer than any file may have, or a circle of links
        return None
    return path if there and path.is_relative_to(home) and path.suffix in CONTENT_TYPES else None


def answer_with(request: HttpRequest, path: Path) -> HttpResponse:
    """The file as an answer to GET or HEAD: 304 for who has it already, gzip where a ready `.gz` stands beside it.

    Raises FileNotFoundError when the file has been withdrawn in the meantime.
    """
    packed = path.with_name(f"{path.name}.gz")
    use_packed = _takes_gzip(request) and packed.is_file() and packed.stat().st_mtime_ns >= path.stat().st_mtime_ns
    # Files here are small (a page is at most 14 KB) and replaced as a whole: the mark is made from the very bytes sent.
    content = (packed if use_packed else path).read_bytes()
    mark = quote_etag(hashlib.sha256(content).hexdigest()[:32])
    changed_at = int(path.stat().st_mtime)
    headers = {"ETag": mark, "Last-Modified": http_date(changed_at), "Cache-Control": CACHE_CONTROL}
    response = HttpResponse(content, content_type=CONTENT_TYPES[path.suffix], headers=headers)
    # A public page carries its own, stricter policy in the file (no script at all, its one style sheet by its hash), so
    # that it holds from any web server and from disk. The application's policy would refuse that style sheet.
    response._csp_exempt = True  # type: ignore[attr-defined]
    if use_packed:
        response.headers["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ("Accept-Encoding",))
    return get_conditional_response(request, etag=mark, last_modified=changed_at, response=response) or response


def _takes_gzip(request: HttpRequest) -> bool:
    for coding in request.headers.get("Accept-Encoding", "").split(","):
        name, _, weight = coding.partition(";")
        if name.strip().lower() in ("gzip", "*"):
            return weight.replace(" ", "").lower() not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
