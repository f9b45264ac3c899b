"""Recipes given as changes of another: applied whichever plugin brought it, or refused with why."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from ganzoo import (
    GanzooError,
    Part,
    Recipe,
    Registry,
    UsageError,
    Variant,
    hookimpl,
)
from ganzoo.assembly.schedules import fixed
from ganzoo.assembly.variants import bound
from ganzoo.recipe import from_dict, to_dict
from ganzoo.run import Run

from ..cli.conftest import ganzoo_command
from ..toy import TOY, ToyLoss, ToyPlugin, registry_of


class Recipes:
    """A plugin of recipes, and of a loss under each of the names given."""

    def __init__(self, *recipes: Recipe | Variant, losses: tuple[str, ...] = ()) -> None:
        self.recipes, self.losses = recipes, losses

    @hookimpl
    def ganzoo_register(self, registry) -> None:
        for name in self.losses:
            registry.loss(name, ToyLoss)
        for recipe in self.recipes:
            registry.recipe(recipe)


def variant(name: str = "mine", of: str = "toy", **changes: Any) -> Variant:
    dotted = {path.replace("__", "."): value for path, value in changes.items()}
    return Variant(name=name, of=of, summary=f"The {name} toy", paper="mine", changes=dotted)


def zoo(*variants: Recipe | Variant) -> Registry:
    """The toy's plugin, and another with the variants."""
    return registry_of(toy=ToyPlugin(), other=Recipes(*variants))


# -- applied -------------------------------------------------------------------------------------


def test_it_changes_what_it_says_of_another_plugins_recipe_and_nothing_else() -> None:
    changes = {"steps": 50, "generator__width": 5, "optimizer__d": {"name": "rmsprop", "lr": 0.5}}
    registry = zoo(variant(**changes, penalties=["toy"]))
    expected = TOY.replace(
        name="mine",
        summary="The mine toy",
        paper="mine",
        steps=50,
        generator=Part("toy", {"width": 5}),
        optimizer={"d": Part("rmsprop", {"lr": 0.5}), "g": TOY.optimizer["g"]},
        penalties=(Part("toy"),),
    )
    assert registry.recipe("mine") == registry.recipe("other:mine") == expected
    assert registry.recipe("toy") == TOY


def test_without_a_change_it_is_the_other_under_its_own_name() -> None:
    bare = Variant(name="bare", of="toy", changes={})
    assert zoo(bare).recipe("bare") == TOY.replace(name="bare", summary="", paper="")


def test_its_changes_hold_on_other_data_too() -> None:
    """The base recipe's settings on other data are kept for the parts that it leaves alone."""
    base = TOY.replace(
        name="base",
        tuned_for=("mnist",),
        elsewhere={"generator.width": 3, "discriminator.dropout": 0.0, "low": -1.0, "steps": 9},
    )
    registry = zoo(
        base,
        variant("one", "base", generator="toy", discriminator__dropout=0.5),
        variant("two", "base", elsewhere={"generator.width": 7}, generator__width=5),
    )
    assert registry.recipe("one").elsewhere == {"low": -1.0, "steps": 9}
    assert registry.recipe("two").elsewhere == {"generator.width": 7}
    assert registry.recipe("base").elsewhere == base.elsewhere


def test_the_order_in_which_plugins_load_makes_no_difference() -> None:
    registry = registry_of(a=Recipes(variant(steps=50)), toy=ToyPlugin())
    assert registry.recipe("mine").steps == 50


def test_changes_are_made_in_their_order() -> None:
    one = {"optimizer__d__lr__schedule": "linear", "optimizer__d__lr__start": 9}
    recipe = zoo(variant(**one)).recipe("mine")
    assert recipe.optimizer["d"] == Part("adam", {"lr": {"schedule": "linear", "start": 9}})
    swapped = zoo(variant(loss="toy", loss__nan_after=3)).recipe("mine")
    assert swapped.loss == Part("toy", {"nan_after": 3})


def test_a_variant_of_a_variant() -> None:
    registry = zoo(
        variant("third", of="second", batch_size=4),
        variant("second", of="first", steps=70, ema=0.5),
        variant("first", steps=50, batch_size=8),
    )
    about = {"name": "third", "summary": "The third toy", "paper": "mine"}
    assert registry.recipe("third") == TOY.replace(**about, steps=70, ema=0.5, batch_size=4)
    assert registry.recipe("first").steps == 50


def test_a_component_it_names_that_several_plugins_have_is_its_own_plugins() -> None:
    mine = Recipes(variant(loss="shared"), losses=("shared",))
    registry = registry_of(toy=ToyPlugin(), other=mine, third=Recipes(losses=("shared",)))
    assert registry.recipe("mine").loss == Part("other:shared")


def test_components_that_it_leaves_alone_stay_the_other_plugins() -> None:
    """Though its own plugin has a loss of that name, too."""
    mine = Recipes(variant(steps=50), losses=("toy",))
    registry = registry_of(toy=ToyPlugin(), other=mine)
    assert registry.recipe("mine").loss == Part("toy:toy")


def test_where_two_plugins_have_the_recipe_that_it_varies_it_says_whose() -> None:
    twins = {"one": Recipes(TOY.replace(steps=1)), "two": Recipes(TOY.replace(steps=2))}
    registry = registry_of(**twins, third=Recipes(variant(of="two:toy")))
    assert registry.recipe("mine").steps == 2
    registry = registry_of(**twins, third=Recipes(variant()))
    with pytest.raises(GanzooError, match=r"variant of 'toy', and cannot be made.*one:toy or two"):
        registry.recipe("mine")


def test_it_is_trained_as_a_whole_recipe_which_the_run_holds(train: Callable[..., Run]) -> None:
    registry = zoo(variant(steps=2, generator__width=5))
    run = train(recipe="mine", registry=registry)
    ran = from_dict(run.config["recipe"])
    assert ran == fixed(bound(registry.recipe("mine"), registry), registry)
    assert (ran.name, ran.generator) == ("mine", Part("toy:toy", {"width": 5}))
    assert run.metrics()[-1]["step"] == 2


# -- refused -------------------------------------------------------------------------------------

CIRCLES = {
    "itself": ([variant(of="mine")], "'other:mine' is a variant of itself"),
    "two": ([variant(of="b"), variant("b", of="mine")], "'other:mine' is a variant of itself"),
    "three": (
        [variant(of="b"), variant("b", of="c"), variant("c", of="mine")],
        "'other:mine' is a variant of itself",
    ),
    "further on": ([variant(of="b"), variant("b", of="b")], "'other:b' is a variant of itself"),
}


@pytest.mark.parametrize(("variants", "said"), CIRCLES.values(), ids=CIRCLES)
def test_a_circle_is_refused(variants, said: str) -> None:
    registry = zoo(*variants)
    with pytest.raises(GanzooError, match=said):
        registry.recipe("mine")
    assert registry.recipe("toy") == TOY


WRONG = {
    "missing": (variant(of="tpy"), r"There is no recipe 'tpy'\. Did you mean 'toy'\?"),
    "no-such-setting": (variant(stps=1), r"A recipe has no setting 'stps'\. Did you mean 'steps'"),
    "wrong-type": (
        variant(steps="many"),
        r'steps="many" does not fit the recipe: expected a whole number, got text',
    ),
    "out-of-range": (
        variant(steps=0),
        r"steps=0 does not fit the recipe: expected a whole number >= 1",
    ),
    "no-such-player": (variant(optimizer__e__lr=1.0), r"there is no 'e' here"),
    "below-a-value": (variant(steps__more=1), "nothing below steps"),
    "no-such-penalty": (variant(penalties__r1__gamma=1), "this recipe's penalties has no 'r1'"),
}


@pytest.mark.parametrize(("wrong", "why"), WRONG.values(), ids=WRONG)
def test_a_variant_that_cannot_be_made_is_refused_with_both_names_and_why(
    wrong: Variant, why: str
) -> None:
    said = rf"'mine' of plugin 'other' is a variant of '{wrong.of}', and cannot be made: .*{why}"
    with pytest.raises(GanzooError, match=said) as caught:
        zoo(wrong).recipe("mine")
    assert type(caught.value) is GanzooError  # a fault of the plugin, not of the request


def test_a_fault_further_on_is_reported_where_it_is() -> None:
    registry = zoo(variant(of="b", steps=5), variant("b", of="toy", stps=1))
    with pytest.raises(GanzooError, match="'b' of plugin 'other' is a variant of 'toy', and"):
        registry.recipe("mine")


def test_a_variant_of_a_missing_recipe_says_which_plugins_are_not_in_use() -> None:
    registry = registry_of(other=Recipes(variant()))
    registry.load("toy", lambda: 1 / 0)
    with pytest.raises(GanzooError, match=r"no recipe 'toy'.*Not in use: toy; see `ganzoo"):
        registry.recipe("mine")


def test_a_broken_variant_is_listed_and_harms_nobody() -> None:
    registry = zoo(variant(of="nothing"), variant("good", steps=2))
    assert [entry.name for entry in registry.entries("recipe")] == ["good", "mine", "toy"]
    assert registry.recipe("good").steps == 2


def test_an_unknown_recipe_is_still_a_wrong_request() -> None:
    with pytest.raises(UsageError, match=r"no recipe 'mime'\. Did you mean 'mine'"):
        zoo(variant()).recipe("mime")


def test_a_target_that_is_no_recipe_is_refused() -> None:
    class NoRecipe:
        @hookimpl
        def ganzoo_register(self, registry) -> None:
            registry.add("recipe", "odd", "ganzoo.errors:near")

    with pytest.raises(GanzooError, match="'odd' of plugin 'other' is a function, not a ganzoo Re"):
        registry_of(other=NoRecipe()).recipe("odd")


# -- the installed ones, on the command line -----------------------------------------------------

OWN = [plugin for plugin in Registry.discover().plugins if plugin.distribution == "ganzoo"]
VARIANTS = [
    entry for plugin in OWN for entry in plugin.entries if isinstance(entry.target, Variant)
]


def test_the_zoo_has_variants() -> None:
    assert {"lsgan", "sngan", "wgan-gp"} <= {entry.name for entry in VARIANTS}


@pytest.mark.parametrize("entry", VARIANTS, ids=lambda entry: entry.name)
def test_show_prints_the_whole_recipe(entry) -> None:
    recipe = Registry.discover().recipe(entry.qualified)
    plain = json.loads(json.dumps(to_dict(recipe)))
    shown = json.loads(ganzoo_command("show", f"recipe/{entry.name}", "--json").stdout)
    assert shown["recipe"] == plain
    printed = ganzoo_command("show", f"recipe/{entry.name}").stdout
    head, brace, rest = printed.partition("{")
    assert json.loads(brace + rest) == plain
    assert head.splitlines()[0] == f"recipe {entry.name}"
    variant = entry.load()
    assert variant.summary
    for said in (variant.summary, variant.paper, f"plugin: {entry.plugin}"):
        assert said in head


def test_show_lsgan_has_dcgans_networks_and_its_own_loss() -> None:
    recipe = json.loads("{" + ganzoo_command("show", "lsgan").stdout.partition("{")[2])
    assert recipe["generator"]["name"] == recipe["discriminator"]["name"] == "dcgan"
    assert recipe["loss"] == {"name": "least-squares"}
    assert recipe["optimizer"]["d"]["name"] == "adam"
    assert "of" not in recipe


def test_list_shows_a_variants_own_name_summary_and_paper() -> None:
    listed = json.loads(ganzoo_command("list", "recipe", "--json").stdout)
    by_name = {each["name"]: each for each in listed}
    for entry in VARIANTS:
        variant, shown = entry.load(), by_name[entry.name]
        assert (variant.summary, variant.paper) == (shown["summary"], shown["paper"])
        base = Registry.discover().recipe(variant.of)
        assert variant.summary not in ("", base.summary)
    table = ganzoo_command("list", "recipe").stdout
    assert all(entry.summary in table for entry in VARIANTS)


def test_a_variant_is_applied_without_torch() -> None:
    code = "from ganzoo import Registry; import sys; Registry.discover().recipe('lsgan')"
    printed = f"{code}; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", printed], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
