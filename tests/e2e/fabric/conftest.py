# SPDX-License-Identifier: MIT
"""The hosts of a module, which says how many in HOSTS and in POLICY what they permit."""
import pytest

import fabric
import service


@pytest.fixture(scope="module")
def hosts(request, installed):
    if not (fabric.FRR / "bgpd").exists():
        pytest.skip("frr is not installed")
    service.write_policy(request.module.POLICY)
    with fabric.fabric(request.module.HOSTS) as made:
        yield made
    service.remove_policy()
