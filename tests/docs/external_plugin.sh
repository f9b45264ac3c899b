#!/usr/bin/env bash
# A plugin of somebody else's: ganzoo and docs/examples/ganzoo-smoothing as wheels in an environment
# of their own, used through the command line alone, then uninstalled.
#
#     tests/docs/external_plugin.sh PYTHON
#
# PYTHON is one with ganzoo's dependencies and hatchling. The new environment borrows everything but
# ganzoo from it, which saves downloading torch again.
set -euo pipefail
python=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
example=docs/examples/ganzoo-smoothing
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1
unset PYTHONPATH GANZOO_DISABLE GANZOO_STRICT

say() { printf '\n== %s\n' "$*"; }
fail() { echo "FAILED: $*" >&2; exit 1; }
contains() { grep -qF -- "$2" <<<"$1" || fail "expected to read '$2' in: $1"; }
lacks() { if grep -qF -- "$2" <<<"$1"; then fail "did not expect to read '$2' in: $1"; fi; }
# What a command that must fail with an exit code says.
said_failing() {
    local code=$1 said status=0
    shift
    said=$("$@" 2>&1) || status=$?
    [ "$status" -eq "$code" ] || fail "'$*' exited with $status, not $code, and said: $said"
    echo "$said"
}

say "Build both wheels"
for source in . "$example"; do
    "$python" -m pip wheel --quiet --no-deps --no-build-isolation -w "$work/wheels" "$root/$source"
done
ls "$work/wheels"

say "Install them into a new environment"
"$python" -m venv --without-pip "$work/env"
bin=$work/env/bin
pip() { "$python" -m pip --quiet --python "$bin/python" "$@"; }
pip install --no-deps --no-index "$work"/wheels/*.whl
"$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
    >"$("$bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/borrowed.pth"
cd "$work" # away from the checkout
contains "$("$bin/python" -c 'import ganzoo; print(ganzoo.__file__)')" "$work/env/"
contains "$("$bin/python" -c 'import ganzoo_vanilla_mlp as p; print(p.__file__)')" "$work/env/"
ganzoo=$bin/ganzoo

say "ganzoo list shows its components with their source"
components=$("$ganzoo" list)
for each in "loss one-sided" "prior laplace" "recipe smooth-mlp"; do
    row=$(grep -E "^${each/ / +} " <<<"$components") || fail "ganzoo list has no $each"
    contains "$row" smoothing
    echo "$row"
done
contains "$("$ganzoo" plugins)" smoothing

say "ganzoo train takes them by name"
small=(--dataset mnist-5k --batch-size 32 --set 'generator.hidden=[32]' --set 'discriminator.hidden=[32]'
    --set log_every=5 --set samples=4)
"$ganzoo" train vanilla-mlp --loss one-sided --prior laplace --set loss.smoothing=0.2 \
    --steps 10 "${small[@]}" --out "$work/run"
[ "$(wc -l <"$work/run/accuracy.csv")" -eq 3 ] || fail "the observer wrote no accuracy.csv"

say "ganzoo sample, resume and check, which trains its recipe too"
"$ganzoo" sample "$work/run" -n 4
"$ganzoo" resume "$work/run" --steps 15 --quiet
[ "$(wc -l <"$work/run/accuracy.csv")" -eq 4 ] || fail "resuming did not go on with accuracy.csv"
"$ganzoo" check smoothing

say "Its own tests pass against the wheels"
cp -r "$root/$example/tests" "$root/$example/pyproject.toml" "$work"
"$bin/python" -m pytest -q -p no:cacheprovider "$work/tests"

say "Uninstalled, it is gone, and everything else works"
pip uninstall --yes ganzoo-smoothing
components=$("$ganzoo" list)
for name in smoothing one-sided laplace smooth-mlp; do lacks "$components" "$name"; done
"$ganzoo" train vanilla-mlp --steps 5 "${small[@]}" --out "$work/plain" --quiet
contains "$(said_failing 2 "$ganzoo" train vanilla-mlp --loss one-sided)" "no loss 'one-sided'"

say "The run that needs it says what to install"
for command in "resume $work/run --steps 20" "sample $work/run"; do
    # shellcheck disable=SC2086  # the words of a command
    said=$(said_failing 1 "$ganzoo" $command)
    echo "$said"
    contains "$said" "pip install ganzoo-smoothing==0.1.0"
done
say "The external plugin works, and leaves nothing behind"
