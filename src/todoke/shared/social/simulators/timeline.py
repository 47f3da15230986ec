"""What stands on a simulated service: posts, how they were edited, and what was deleted, in one file for each service.

Written by the simulators' process alone, whole, and put in its place in one step; read by any.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from todoke.base.clock import now

SERVICES = ("x", "mastodon", "facebook", "apprise")
POSTS_KEPT = 500


@dataclass(frozen=True)
class Post:
    """One post as its readers see it. `earlier` are the texts that stood there before an edit; instants in ISO 8601."""

    number: str
    author: str
    text: str
    posted_at: str
    key: str = ""
    reply_to: str = ""
    visibility: str = "public"
    language: str = ""
    edited_at: str = ""
    deleted_at: str = ""
    earlier: tuple[str, ...] = field(default=())


class Timeline:
    """The posts of one service, newest last; the oldest beyond five hundred are dropped."""

    def __init__(self, path: Path, *, first_number: int = 1) -> None:
        self.path = path
        self._first = first_number
        self._lock = threading.RLock()

    def posts(self) -> list[Post]:
        """All that is kept, the newest first."""
        return self._read()[::-1]

    def find(self, number: str) -> Post | None:
        """A post that has not been deleted."""
        return next((post for post in self._read() if post.number == number and not post.deleted_at), None)

    def with_key(self, key: str) -> Post | None:
        """The post that came with this key, deleted or not."""
        return next((post for post in self._read() if key and post.key == key), None)

    def says(self, author: str, text: str) -> bool:
        """Whether this author has this very text standing there."""
        return any(post.author == author and post.text == text and not post.deleted_at for post in self._read())

    def add(
        self, author: str, text: str, *, key: str = "", reply_to: str = "", visibility: str = "", language: str = ""
    ) -> Post:
        """Put a post there."""
        with self._lock:
            posts = self._read()
            number = str(int(posts[-1].number) + 1 if posts else self._first)
            post = Post(number, author, text, now().isoformat(), key, reply_to, visibility or "public", language)
            self._write([*posts, post])
            return post

    def edit(self, number: str, text: str) -> Post | None:
        """Put another text in its place; None where it is not there."""
        return self._change(
            number,
            lambda post: replace(post, text=text, edited_at=now().isoformat(), earlier=(*post.earlier, post.text)),
        )

    def delete(self, number: str) -> Post | None:
        """Delete it for its readers; the simulator's page still shows that it was there."""
        return self._change(number, lambda post: replace(post, deleted_at=now().isoformat()))

    def once(self, act: Callable[[], Post | None]) -> Post | None:
        """Do this while nobody else changes anything: looking a key up and keeping it is one step."""
        with self._lock:
            return act()

    def _change(self, number: str, change: Callable[[Post], Post]) -> Post | None:
        with self._lock:
            posts = self._read()
            for place, post in enumerate(posts):
                if post.number == number and not post.deleted_at:
                    posts[place] = change(post)
                    self._write(posts)
                    return posts[place]
            return None

    def _read(self) -> list[Post]:
        try:
            kept = json.loads(self.path.read_bytes())
        except (FileNotFoundError, ValueError):
            return []
        return [Post(**{**post, "earlier": tuple(post["earlier"])}) for post in kept]

    def _write(self, posts: list[Post]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps([asdict(post) for post in posts[-POSTS_KEPT:]], ensure_ascii=False))
        draft.replace(self.path)


def timelines(root: Path) -> dict[str, Timeline]:
    """The timelines by service, below the simulators' folder."""
    return {
        # X's numbers are long; a page that cuts them is seen.
        service: Timeline(root / "social" / f"{service}.json", first_number=1_990_000_000_000_000_001)
        for service in SERVICES
    }
