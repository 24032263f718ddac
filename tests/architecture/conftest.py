"""What the house rules are held against: the services as they are put together."""

import pytest

from deploy.documents.services import Service, services


@pytest.fixture(scope="session")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> list[Service]:
    return services(tmp_path_factory.mktemp("assembled"))
