"""What a plugin may import does not change under it while API_VERSION stays."""

from __future__ import annotations

import ganzoo

from . import signatures as api


def test_no_signature_changed_without_the_version():
    now, promised = api.signatures(), api.read()
    changed = {k: (was, now.get(k)) for k, was in promised.items() if now.get(k) != was}
    assert not changed, (
        f"These changed: raise API_VERSION (now {ganzoo.API_VERSION}), say so in the changelog, "
        f"and write the new file with `python -m tests.public_api.signatures`: {changed}"
    )


def test_what_was_added_is_promised_too():
    added = set(api.signatures()) - set(api.read())
    assert not added, f"Write these down: `python -m tests.public_api.signatures`: {sorted(added)}"


def test_a_changed_signature_is_noticed(monkeypatch):
    monkeypatch.setattr(ganzoo.Loss, "generator", lambda self, fake: fake)
    now, promised = api.signatures(), api.read()
    assert [name for name in promised if now[name] != promised[name]] == [
        "ganzoo.Loss.generator",
    ]
