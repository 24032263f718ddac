"""The sample organisations and stories hold together with the rulebooks that they are played under."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from deploy.sample.organisations import SampleOrganisation, load_organisations
from deploy.sample.stories import STAGES, Story, load_stories
from services.grading.rulebook import load_rulebook
from services.intake.domain.why import Retold, arriving, compare

ORGANISATIONS = load_organisations()
HOUSE_ROLES = {"publisher", "admin", "auditor"}
each_organisation = pytest.mark.parametrize("organisation", ORGANISATIONS, ids=lambda organisation: organisation.id)


def test_there_are_the_three() -> None:
    assert [(organisation.id, organisation.rulebook) for organisation in ORGANISATIONS] == [
        ("anhui-medical", "anhui-medical-security-2021"),
        ("xuancheng-city", "xuancheng-2015"),
        ("yichun-market", "yichun-market-regulation-2020"),
    ]


@each_organisation
def test_every_internal_post_has_a_login_and_no_other_role_is_made_up(organisation: SampleOrganisation) -> None:
    rulebook = load_rulebook(organisation.rulebook)
    internal = {role.id for role in rulebook.roles.values() if not role.external}
    given = {role for account in organisation.accounts for role in account.roles}
    assert given == internal | HOUSE_ROLES
    logins = [organisation.login(account) for account in organisation.accounts]
    assert len(set(logins)) == len(logins)
    assert organisation.holders("publisher") == [f"publisher@{organisation.id}", f"publisher2@{organisation.id}"]


@each_organisation
def test_stories_use_the_rulebooks_channels_levels_and_flags(organisation: SampleOrganisation) -> None:
    rulebook = load_rulebook(organisation.rulebook)
    for story in load_stories(organisation.id):
        assert story.answer is None or story.answer.channel in rulebook.model.release.channels, story.id
        assert story.rises_to is None or story.rises_to in rulebook.ranks, story.id
        assert set(story.flags) <= rulebook.flag_names.keys(), story.id


@each_organisation
def test_stories_show_every_stage_and_every_kind(organisation: SampleOrganisation) -> None:
    stories = load_stories(organisation.id)
    assert len({story.id for story in stories}) == len(stories) == 12
    assert {story.kind for story in stories} == {"complaint", "post", "patrol"}
    assert {story.until for story in stories} >= {"proposed", "in_review", "approved", "released", "closed"}
    assert any(story.again for story in stories)
    assert any(story.rises_to and story.pushes > 2 for story in stories)
    assert not any("  " in (story.body or "") for story in stories)


def test_the_same_matter_is_retold_joined_by_hand_and_left_suggested() -> None:
    retold = [other for each in ORGANISATIONS for story in load_stories(each.id) for other in story.retold]
    assert {other.joined for other in retold} == {True, False}
    for each in ORGANISATIONS:
        for story in load_stories(each.id):
            assert story.kind == "complaint" or not story.retold, story.id
            bodies = [(story.title, story.body or ""), *((story.title, body) for body in story.again)]
            verdicts = [_verdict(bodies[0], told) for told in bodies[1:]]
            assert set(verdicts) <= {"text", "words"}, (story.id, verdicts)
            others = [_verdict(bodies[0], (other.title, other.body)) for other in story.retold]
            assert set(others) <= {"unlike"}, (story.id, others)


def _verdict(one: tuple[str, str], other: tuple[str, str]) -> str:
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    told = [arriving("o", timedelta(days=30), Retold("complaint", title, body, moment)) for title, body in (one, other)]
    return compare(*told).verdict


def test_stages_are_in_the_order_of_the_way() -> None:
    story = Story(id="s", kind="complaint", title="题", body="文", minutes_ago=1, until="handled", findings="查")
    assert [stage for stage in STAGES if story.reaches(stage)] == ["proposed", "graded", "handled"]


@pytest.mark.parametrize(
    "fault",
    [{"kind": "post"}, {"body": None}, {"until": "released"}, {"until": "nowhere"}, {"minutes_ago": 0}],
)
def test_a_story_that_cannot_be_told_is_refused(fault: dict[str, object]) -> None:
    whole = {"id": "s", "kind": "complaint", "title": "题", "body": "文", "minutes_ago": 1, "until": "graded"}
    with pytest.raises(ValidationError):
        Story.model_validate(whole | {"findings": "查"} | fault)
