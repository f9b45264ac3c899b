"""A recipe changed from outside: swaps, options, config files, and how mistakes are refused."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganzoo import GanzooError, Part, Recipe, UsageError
from ganzoo.assembly.overrides import dataset_part, in_order, override, with_path
from ganzoo.assembly.settings import parse_setting, read_config
from ganzoo.recipe import to_dict

from ..recipes import RECIPES, VALUES
from ..toy import TOY, ToyPlugin, registry_of

D = Part("adam", {"lr": 0.1, "betas": [0.0, 0.9]})
G = Part("adam", {"lr": 0.2})
BASE = TOY.replace(
    generator=Part("mlp", {"hidden": [8]}),
    penalties=(Part("r1", {"gamma": 1.0}), Part("r2", {"gamma": 2.0})),
    optimizer={"d": D, "g": G},
)


def changed(path: str, value, base: Recipe = BASE) -> Recipe:
    return override(base, [(path, value)])


def test_no_change_gives_the_same_recipe() -> None:
    assert override(BASE, []) == BASE


def test_a_setting() -> None:
    assert changed("steps", 7) == BASE.replace(steps=7)
    assert changed("ema", 0) == BASE.replace(ema=0.0)


def test_a_component_swapped_by_name_starts_from_its_own_defaults() -> None:
    assert changed("generator", "conv").generator == Part("conv")
    assert changed("generator.name", "conv").generator == Part("conv")
    assert changed("loss", "other:minimax").loss == Part("other:minimax")


def test_a_component_swapped_with_options() -> None:
    swapped = {"name": "conv", "width": 3}
    assert changed("generator", swapped).generator == Part("conv", {"width": 3})


def test_an_option() -> None:
    assert changed("generator.hidden", [512, 512]).generator == Part("mlp", {"hidden": [512, 512]})
    assert changed("loss.scale", 2).loss == Part("toy", {"scale": 2})


def test_several_options_at_once_leave_the_others() -> None:
    both = Part("mlp", {"hidden": [8], "slope": 0.1})
    assert changed("generator", {"slope": 0.1}).generator == both


def test_the_whole_list_of_penalties() -> None:
    assert changed("penalties", ["r1"]).penalties == (Part("r1"),)
    assert changed("penalties", "clip").penalties == (Part("clip"),)
    assert changed("penalties", []).penalties == ()
    assert changed("extra_losses", [{"name": "mi", "weight": 2}]).extra_losses == (
        Part("mi", {"weight": 2}),
    )


def test_an_option_of_one_penalty_by_its_name() -> None:
    assert changed("penalties.r2.gamma", 10).penalties == (
        Part("r1", {"gamma": 1.0}),
        Part("r2", {"gamma": 10}),
    )


def test_an_option_of_the_only_penalty() -> None:
    alone = BASE.replace(penalties=(Part("r1"),))
    assert changed("penalties.gamma", 10, alone).penalties == (Part("r1", {"gamma": 10}),)


def test_a_list_is_added_to() -> None:
    assert changed("penalties+", "r3").penalties == (*BASE.penalties, Part("r3"))
    two = [{"name": "r3", "gamma": 1}, "r4"]
    assert changed("penalties+", two).penalties[2:] == (Part("r3", {"gamma": 1}), Part("r4"))
    assert changed("augmentations+", "flip").augmentations == (Part("flip"),)
    with pytest.raises(UsageError, match=r"generator\+: only to extra_losses, penalties"):
        changed("generator+", "conv")


def test_the_only_game_keeps_its_options_unless_it_is_another() -> None:
    base = BASE.replace(game=Part("standard", {"d_updates": 2}))
    assert changed("game", "standard", base).game == base.game
    assert changed("game", "other", base).game == (Part("other"),)
    assert changed("game.d_updates", 3, base).game == (Part("standard", {"d_updates": 3}),)
    assert changed("game", ["a", "b"], base).game == (Part("a"), Part("b"))
    assert changed("game.b.x", 1, changed("game", ["a", "b"])).game[1] == Part("b", {"x": 1})


def test_a_network_of_a_further_role() -> None:
    recipe = changed("networks.encoder", "mlp")
    assert recipe.networks == {"encoder": Part("mlp")}
    deeper = changed("networks.encoder.hidden", [3], recipe)
    assert deeper.networks == {"encoder": Part("mlp", {"hidden": [3]})}


def test_a_component_named_again_keeps_its_options_bound_or_bare() -> None:
    bound = BASE.replace(generator=Part("zoo:mlp", {"hidden": [8]}), penalties=(Part("zoo:r1"),))
    assert changed("generator", "mlp", bound).generator == Part("mlp", {"hidden": [8]})
    assert changed("generator", "other:mlp", bound).generator == Part("other:mlp")
    assert changed("penalties.r1.gamma", 2, bound).penalties == (Part("zoo:r1", {"gamma": 2}),)


def test_a_setting_of_an_optimizer_leaves_the_others() -> None:
    recipe = changed("optimizer.d.lr", 1e-4)
    assert recipe.optimizer == {"d": Part("adam", {**D.options, "lr": 1e-4}), "g": G}
    assert changed("optimizer", {"d": {"lr": 1e-4}}) == recipe
    assert changed("optimizer.d", {"lr": 1e-4}) == recipe


def test_another_optimizer_starts_from_its_own_defaults() -> None:
    for path, value in (("optimizer.d", "rmsprop"), ("optimizer.d.name", "rmsprop")):
        assert changed(path, value).optimizer["d"] == Part("rmsprop")
    sgd = {"name": "sgd", "lr": 0.5}
    assert changed("optimizer.d", sgd).optimizer == {"d": Part("sgd", {"lr": 0.5}), "g": G}


def test_a_recipe_of_the_wrong_form_is_told_also_if_a_change_follows() -> None:
    wrong = {**to_dict(BASE), "steps": 0, "loss": "hinge"}
    with pytest.raises(UsageError, match="does not fit the recipe"):
        override(BASE, [("recipe", wrong), ("loss.d_scale", 1)])


@pytest.mark.parametrize(
    ("component", "option"),
    [
        (("optimizer.d", "rmsprop"), ("optimizer.d.lr", 0.5)),
        (("optimizer.d.name", "rmsprop"), ("optimizer.d.lr", 0.5)),
        (("loss", "minimax"), ("loss.d_scale", 0.5)),
        (("penalties+", "r3"), ("penalties.r3.gamma", 5.0)),
        (("ema.schedule", "linear"), ("ema.start", 0.5)),
    ],
)
def test_a_component_comes_before_its_options_in_either_order(component, option) -> None:
    assert in_order([option, component]) == in_order([component, option]) == [component, option]
    either = override(BASE, in_order([option, component]))
    assert either == override(BASE, [component, option])


def test_an_optimizer_for_another_player() -> None:
    recipe = changed("optimizer", {"q": {"name": "adam"}})
    assert recipe.optimizer == {**BASE.optimizer, "q": Part("adam")}


def test_a_schedule_and_its_options() -> None:
    linear = {"schedule": "linear", "start": 0.2}
    recipe = changed("optimizer.g.lr", linear)
    assert recipe.optimizer["g"] == Part("adam", {"lr": linear})
    ended = changed("optimizer.g.lr.end", 0.1, recipe).optimizer["g"]
    assert ended == Part("adam", {"lr": {**linear, "end": 0.1}})
    assert changed("optimizer.g.lr.schedule", "cosine", recipe).optimizer["g"].options == {
        "lr": {"schedule": "cosine"}  # another schedule starts from its own defaults
    }


def test_one_number_of_several() -> None:
    assert changed("optimizer.d.betas.1", 0.99).optimizer["d"].options["betas"] == [0.0, 0.99]
    with pytest.raises(UsageError, match="nothing below it"):
        changed("optimizer.d.betas.2", 0.99)


def test_the_decay_of_the_average_becomes_a_schedule() -> None:
    recipe = override(BASE, [("ema.schedule", "linear"), ("ema.start", 0.5), ("ema.end", 0.99)])
    assert recipe.ema == {"schedule": "linear", "start": 0.5, "end": 0.99}
    with pytest.raises(UsageError, match="nothing below it"):
        override(BASE, [("ema.start", 0.5)])


def test_one_factor_of_the_learning_rates() -> None:
    recipe = changed("optimizer.g.lr_scale.generator", 0.5)
    assert recipe.optimizer["g"].options["lr_scale"] == {"generator": 0.5}
    recipe = changed("optimizer.g.lr_scale.generator.last", 0.1, recipe)
    scales = {"generator": 0.5, "generator.last": 0.1}
    assert recipe.optimizer["g"].options["lr_scale"] == scales
    with pytest.raises(UsageError, match="nothing below it"):
        changed("optimizer.g.lr_scale.generator", 0.5, changed("optimizer.g.lr_scale", 2.0))


def test_later_changes_build_on_earlier_ones() -> None:
    recipe = override(BASE, [("generator", "conv"), ("generator.width", 3), ("steps", 5)])
    assert recipe == BASE.replace(generator=Part("conv", {"width": 3}), steps=5)


WRONG = {
    "setting": ("step", 5, "no setting 'step'.*Did you mean 'steps'"),
    "negative": ("steps", -5, "steps=-5 does not fit the recipe.*>= 1"),
    "type": ("steps", "many", 'steps="many" does not fit.*whole number, got text'),
    "below-a-value": ("steps.d", 5, "nothing below steps; leave out '.d'"),
    "player": ("optimizer.dd.lr", 5, "no 'dd' here.*Did you mean 'd'"),
    "optimizer-itself": ("optimizer", 5, "has settings of its own, such as optimizer.d"),
    "optimizer-number": ("optimizer.d", 5, "takes a component's name, not 5"),
    "part-type": ("generator", 5, "takes a component's name, not 5"),
    "part-list": ("generator", ["a"], "takes a component's name"),
    "part-name": ("generator.name", 5, "component's name"),
    "below-an-option": ("generator.hidden.width", 5, "no schedule has nothing below it"),
    "penalty": ("penalties.r3.gamma", 5, "penalties has no 'r3'.*Did you mean 'r[12]' or 'r[12]'"),
    "penalty-ambiguous": ("penalties.gamma", 5, "penalties has no 'gamma'"),
    "penalty-type": ("penalties", [5], "component's name"),
    "penalty-nameless": ("penalties", [{"gamma": 5}], "component's name"),
    "extra-losses-type": ("extra_losses", 5, "component's name"),
    "range": ("low", 1.0, "must be less than high"),
    "whole-type": ("recipe", 5, "no setting 'recipe'"),
    "whole-incomplete": ("recipe", {"name": "x"}, "missing required field"),
    "empty": ("", 5, "no setting ''"),
}


@pytest.mark.parametrize(("path", "value", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_path_or_value_is_refused_with_the_near_matches(path, value, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        changed(path, value)


@given(VALUES)
def test_a_setting_on_the_command_line_is_read_as_json(value) -> None:
    assert parse_setting(f"a.b={json.dumps(value)}") == ("a.b", value)


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("loss=minimax", ("loss", "minimax")),
        ("steps = 2000", ("steps", 2000)),
        ("generator.hidden=[512,512]", ("generator.hidden", [512, 512])),
        ("optimizer.d.lr=1e-4", ("optimizer.d.lr", 1e-4)),
        ("summary=a=b", ("summary", "a=b")),
        ("summary=", ("summary", "")),
        ("generator.hidden=[512", ("generator.hidden", "[512")),
    ],
)
def test_a_setting_that_is_not_json_is_a_string(text: str, change) -> None:
    assert parse_setting(text) == change


@pytest.mark.parametrize("text", ["steps", "", "=5"])
def test_a_setting_without_key_or_value_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="KEY=VALUE"):
        parse_setting(text)


def test_a_dataset_may_carry_its_path() -> None:
    registry = registry_of(toy=ToyPlugin())
    part = dataset_part("folder:pictures", registry)
    assert part == {"name": "folder", "path": str(Path("pictures").absolute())}
    assert dataset_part("mnist", registry) == {"name": "mnist"}
    assert dataset_part("other:toy", registry) == {"name": "other:toy"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("dataset.source", "folder:~/a"), ("dataset.source", "folder:HOME/a")),
        (("dataset", {"name": "d", "path": "b"}), ("dataset", {"name": "d", "path": "HERE/b"})),
        (
            ("dataset", {"name": "d", "source": "folder:b"}),
            ("dataset", {"name": "d", "source": "folder:HERE/b"}),
        ),
        (("dataset.label", "no-dataset:b"), ("dataset.label", "no-dataset:b")),
        (("generator.source", "folder:b"), ("generator.source", "folder:b")),
    ],
)
def test_a_path_in_an_option_of_a_dataset_is_one_from_the_current_folder(change, expected) -> None:
    found = json.dumps(with_path(change, registry_of(toy=ToyPlugin())))
    found = found.replace(str(Path.home()), "HOME").replace(str(Path.cwd()), "HERE")
    assert json.loads(found) == list(expected)


TOML = """
steps = 3
loss = "minimax"
penalties = ["r1"]

[generator]
hidden = [4, 4]

[optimizer.d]
name = "sgd"
momentum = 0.5
"""


def test_a_toml_file_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TOML)
    assert override(BASE, read_config(path)) == BASE.replace(
        steps=3,
        loss=Part("minimax"),
        penalties=(Part("r1"),),
        generator=Part("mlp", {"hidden": [4, 4]}),
        optimizer={"d": Part("sgd", {"momentum": 0.5}), "g": G},
    )


def test_a_json_file_does_the_same(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"steps": 3, "optimizer": {"d": {"lr": 0.5}}}')
    assert override(BASE, read_config(path)) == override(
        BASE, [("steps", 3), ("optimizer.d.lr", 0.5)]
    )


@given(base=RECIPES, ran=RECIPES)
def test_the_recipe_of_a_run_comes_back_the_same_whatever_it_is_laid_over(
    base: Recipe, ran: Recipe
) -> None:
    config = json.loads(json.dumps(to_dict(ran)))
    assert override(base, [("recipe", config)]) == ran


def test_a_run_gives_its_recipe_back(train, tmp_path: Path) -> None:
    first = train(steps=2, generator="toy", penalty="toy", set={"penalties.gamma": 3, "ema": 0})
    again = train(recipe=BASE, config=first.path / "config.json")
    assert again.config["recipe"] == first.config["recipe"]
    assert again.config["recipe"]["penalties"] == [{"name": "toy:toy", "gamma": 3}]


def test_recipe_then_config_then_named_option_then_set(train, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("steps = 4\nbatch_size = 4\nlog_every = 4\n")
    run = train(config=config, steps=3, batch_size=3, set={"steps": 2})
    recipe = run.config["recipe"]
    values = [recipe[key] for key in ("sample_every", "log_every", "batch_size", "steps")]
    assert values == [TOY.sample_every, 4, 3, 2]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.toml", "steps = ", "not valid TOML"),
        ("a.json", '{"steps": ', "not valid JSON"),
        ("a.json", "[1, 2]", "should hold a recipe's settings"),
        ("a.json", '{"recipe": 5}', "should hold a recipe's settings"),
        ("absent/a.toml", None, "cannot be read: No such file"),
    ],
)
def test_a_config_file_that_cannot_be_used(tmp_path: Path, name, text, message: str) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(GanzooError, match=message):
        read_config(path)


@given(st.binary(max_size=30))
def test_any_other_file_is_an_error_and_never_a_traceback(content: bytes) -> None:
    for suffix in (".toml", ".json"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "config" + suffix)
            path.write_bytes(content)
            with contextlib.suppress(GanzooError):  # anything else fails the test
                assert isinstance(override(BASE, read_config(path)), Recipe)


def test_changes_that_only_fit_together_are_taken_together() -> None:
    moved = override(BASE, [("low", 5.0), ("high", 7.0)])
    assert (moved.low, moved.high) == (5.0, 7.0)
    with pytest.raises(UsageError, match=r"low=5.0 does not fit the recipe: low .* less than high"):
        override(BASE, [("low", 5.0), ("steps", 3)])


def test_a_folder_without_its_prefix_is_refused_with_the_way_to_name_it(
    registry, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-pets").mkdir()
    for text in ("my-pets", "./my-pets", str(tmp_path)):
        with pytest.raises(UsageError) as caught:
            dataset_part(text, registry)
        assert str(caught.value) == f"There is no dataset {text!r}. Did you mean folder:{text}?"
    for text in ("no-pets", "my-pets\0", "~nobody/x", "x" * 5000, ""):
        assert dataset_part(text, registry) == {"name": text}
    (tmp_path / "toy").mkdir()
    assert dataset_part("toy", registry) == {"name": "toy"}  # a dataset, whatever lies here
