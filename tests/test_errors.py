from hebbax.errors import unknown_name

NAMES = ["native", "lockstep", "auto", "han-a", "han-b"]


def test_the_nearest_name_is_named_and_unlikely_ones_are_not():
    assert str(unknown_name("engine", "natve", NAMES)) == "unknown engine 'natve': did you mean 'native'?"


def test_equally_near_names_are_all_named():
    assert str(unknown_name("policy", "han-z", NAMES)).endswith("did you mean 'han-b' or 'han-a'?")


def test_without_a_near_name_all_are_listed():
    assert str(unknown_name("engine", "qqq", NAMES)) == (
        "unknown engine 'qqq': known: auto, han-a, han-b, lockstep, native"
    )
