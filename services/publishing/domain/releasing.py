"""The last step: one person at a time holds an approved answer, posts it, and records the link."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.publishing.domain.answers import Answer
from services.publishing.domain.links import link_problem
from services.publishing.domain.personal_data import personal_data
from services.publishing.domain.rules import Channel
from services.publishing.domain.wording import Wording, normalised
from shared.errors import ConflictError, InvalidError


@dataclass(frozen=True, slots=True)
class Lease:
    """Who is releasing an answer, and until when (system clock)."""

    answer_id: UUID
    login: str
    display_name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Release:
    """What was posted. `posted_text` is kept only where it differs from the sealed words."""

    answer_id: UUID
    channel: str
    url: str
    sha256: str
    by: str
    at: datetime
    posted_text: str | None = None

    @property
    def deviates(self) -> bool:
        """Other words stand in public than those that were approved."""
        return self.posted_text is not None

    @property
    def carries_personal_data(self) -> bool:
        """Words that were not checked before they went out name somebody: they must not travel on."""
        return self.posted_text is not None and next(personal_data(self.posted_text), None) is not None


def require_free(lease: Lease | None, login: str, now: datetime) -> None:
    """Raise `ConflictError`, telling who and until when, while another person holds the answer."""
    if lease is not None and lease.until > now and lease.login != login:
        raise ConflictError(
            f"{lease.display_name} 正在发布,至 {lease.until.isoformat(timespec='seconds')} / "
            f"{lease.login} holds it for release until then.",
            lease={"login": lease.login, "display_name": lease.display_name, "until": lease.until.isoformat()},
        )


def require_held(lease: Lease | None, login: str, now: datetime) -> None:
    """Raise `ConflictError` unless this person holds the answer now."""
    require_free(lease, login, now)
    if lease is None or lease.until <= now:
        raise ConflictError("请先领取发布(lease)再登记链接 / take the lease first, then record the link.", lease=None)


def require_link(url: str, channel: Channel) -> None:
    """Raise `InvalidError` where the link cannot be the release's."""
    problem = link_problem(url, channel)
    if problem is not None:
        raise InvalidError(problem, errors=[{"where": "body.url", "what": problem}])


def posted(answer: Answer, sha256: str, text: str | None) -> str | None:
    """The text that deviates from the seal, or None where exactly the approved words stand in public.

    `text` is what was found posted, where that was compared. A digest that is neither the seal's nor the posted words'
    is a `ConflictError`: nobody knows what was released.
    """
    sealed = answer.wording
    found = normalised(text) if text is not None else None
    deviating = found if found is not None and found not in {sealed.text, sealed.composed} else None
    known = {sealed.sha256}
    if deviating is not None:
        known.add(Wording(sealed.channel, sealed.account, sealed.title, deviating).sha256)
    if sha256 not in known:
        raise ConflictError(
            "内容校验值与审批通过的不一致:若已按其他文字发布,请附上实际文字(text)登记 / "
            "the digest is not the approved one; if other words are out, record them as `text`, kept as deviating.",
            answer=answer.present,
        )
    return deviating


def again(answer: Answer, earlier: Release | None, url: str, sha256: str) -> bool:
    """Whether this release is recorded already. Raises `ConflictError` where another link or digest is on record."""
    if earlier is None:
        return False
    if earlier.url == url and earlier.sha256 == sha256:
        return True
    raise ConflictError(
        "已登记发布链接;另行发布请另起一份回应 / a release is on record; another place or text needs another answer.",
        answer=answer.present,
        release={"url": earlier.url, "content_sha256": earlier.sha256, "at": earlier.at.isoformat()},
    )
