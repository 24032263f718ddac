"""The office joins what people told in other words, where the story says so; the rest it finds suggested."""

from deploy.sample.client import SampleError
from deploy.sample.stories import Story
from deploy.sample.telling import Scene

MOVERS = ("office", "information_office", "news_section", "admin")
"""Posts that decide what is one matter, the first that an organisation has."""
REASON = "来件反映的是同一事项，合并办理"


async def join_retold(scene: Scene, story: Story) -> None:
    """Merge each retelling that is to be joined into the story's incident, unless that was done."""
    played, organisation = scene.played, scene.organisation.id
    mine = played.incident(organisation, story.id)
    for number, other in enumerate(story.retold):
        theirs = played.incident(organisation, f"{story.id}/{number}")
        if not other.joined or theirs == mine:
            continue
        found = (await scene.people.call(scene.member, "intake", "GET", f"/v1/incidents/{theirs}")).data
        if found["merged_into"] is None:
            merge = {"other": theirs, "reason": REASON}
            await scene.people.call(_mover(scene), "intake", "POST", f"/v1/incidents/{mine}/merge", merge)


def _mover(scene: Scene) -> str:
    for role in MOVERS:
        for login in scene.organisation.holders(role):
            return login
    raise SampleError(f"{scene.organisation.id} has no account that may merge; add one of {', '.join(MOVERS)}.")
