"""The addresses of L-Alert's nodes, as the environment names them."""

import pytest

from todoke.project.environment import BadVariable, read_environment

ONE, TWO = "https://node1.example/publish", "https://node2.example/publish"


def test_the_normal_node_comes_first_and_a_backup_node_may_be_missing() -> None:
    assert read_environment({"TODOKE_LALERT_NODES": f"{ONE}, {TWO}"})["TODOKE_LALERT_NODES"] == (ONE, TWO)
    assert read_environment({"TODOKE_LALERT_NODES": ONE})["TODOKE_LALERT_NODES"] == (ONE,)
    assert read_environment({})["TODOKE_LALERT_NODES"] == ()


@pytest.mark.parametrize(
    "nodes", ["http://node1.example/publish", f"{ONE},{ONE}", f"{ONE},{TWO},https://node3.example/"]
)
def test_what_is_no_pair_of_nodes_is_told_with_an_example(nodes) -> None:
    with pytest.raises(BadVariable, match="TODOKE_LALERT_NODES=https://"):
        read_environment({"TODOKE_LALERT_NODES": nodes})
