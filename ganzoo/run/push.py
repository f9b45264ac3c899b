"""``push``: a trained generator on the Hugging Face Hub."""

from __future__ import annotations

import importlib
import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganzoo.errors import GanzooError, UsageError, near
from ganzoo.run import checkpoint, hub
from ganzoo.run.folder import Run
from ganzoo.run.licences import LICENCES
from ganzoo.run.shared import without_places
from ganzoo.run.step_files import step_files

MISSING = "Pushing needs huggingface_hub: pip install 'ganzoo[hub]'"
_REPO = re.compile(r"[\w.-]{1,96}(/[\w.-]{1,96})?", re.ASCII)
_HEAD = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
_LICENCE = re.compile(r"^license:[ \t]*(.*?)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class Pushed:
    """A generator on the Hub. url: of its page; empty if nothing was sent. files: the size in bytes
    of each file by its path in the repository. licence: in the head of the card."""

    url: str
    files: Mapping[str, int]
    licence: str


def push(
    run: str | Path | Run,
    repo: str,
    *,
    licence: str | None = None,
    private: bool = False,
    dry_run: bool = False,
) -> Pushed:
    """Send the generator of a run to the Hugging Face Hub, in one commit: generator.safetensors,
    generator-best.safetensors if there is one, config.json and README.md without the folders of
    this machine, and the newest picture of samples.

    ``repo``: its name there, as "user/name", or a name alone for your own account; it is made if it
    does not exist, ``private`` or not.
    ``licence``: an identifier of the Hub, such as "mit"; by default that of the run's card, if it
    has been edited there. ``dry_run``: send nothing, and only say which files would be sent.
    The token is that of ``hf auth login``, or of $HF_TOKEN. Raises UsageError without a licence,
    and GanzooError if the Hub cannot be reached, or refuses.
    """
    run = run if isinstance(run, Run) else Run.open(run)
    _check_links(run)
    if not _REPO.fullmatch(repo) or repo.endswith(".git") or ".." in repo or "--" in repo:
        raise UsageError(f"{repo!r} is no name of a repository: give USER/NAME, such as ada/faces.")
    card = _card(run)
    chosen = licence or licence_of(run)
    if chosen is None:
        raise UsageError(
            "The card needs a licence: give one with --licence, such as mit, cc-by-4.0, or unknown "
            "if you may not choose one."
        )
    chosen = checked(chosen)
    contents = _contents(run, _licensed(card, chosen))
    url = "" if dry_run else _sent(repo, private, contents, run)
    return Pushed(url, {name: _size(content) for name, content in contents.items()}, chosen)


def checked(licence: str) -> str:
    """The licence, in lower case. Raises UsageError for one that the Hub does not know."""
    plain = licence.strip().lower()
    if plain not in LICENCES:
        hint = near(plain, LICENCES)
        hint = hint if hint.startswith("Did") else "Such as mit, apache-2.0, cc-by-4.0, cc0-1.0."
        raise UsageError(
            f"The Hub knows no licence {licence!r}. {hint} For one of your own: other."
        )
    return plain


def licence_of(run: Run) -> str | None:
    """The licence in the head of the run's card; None if nobody has chosen one."""
    head = _HEAD.match(_card(run))
    found = _LICENCE.search(head[0]) if head else None
    licence = found[1].strip("\"'") if found else ""
    return licence if licence not in ("", hub.LICENSE) else None


def _check_links(run: Run) -> None:
    """Raises GanzooError for a link: a run of somebody else must not choose which files of this
    machine are sent."""
    sent = (run.path / "README.md", run.generator, run.best_generator, run.samples)
    for path in (*sent, *step_files(run.samples, ".png").values()):
        if path.is_symlink():
            raise GanzooError(f"{path} is a link. Put the file or the folder itself in its place.")


def _card(run: Run) -> str:
    try:
        return (run.path / "README.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise GanzooError(
            f"{run.path / 'README.md'}, the card of the run, cannot be read: {reason}. A training "
            "writes it at each checkpoint."
        ) from error


def _licensed(card: str, licence: str) -> str:
    """The card with the licence in its head; it gets a head if somebody has removed it."""
    head = _HEAD.match(card)
    line = f"license: {licence}"
    if head is None:
        return f"---\n{line}\n---\n\n{card}"
    text = head[0]
    if _LICENCE.search(text):
        changed = _LICENCE.sub(lambda _: line, text, count=1)
    else:
        changed = f"---\n{line}\n{text[4:]}"
    return changed + card[head.end() :]


def _contents(run: Run, card: str) -> dict[str, bytes | Path]:
    """The files of the repository: their content, or the path of a file here."""
    if not run.generator.is_file():
        raise GanzooError(
            f"{run.path} has no generator yet: it was stopped before its first checkpoint."
        )
    _, about = checkpoint.read(run.generator)  # a damaged file is told now
    public = without_places(run.config)
    card = card.replace(shlex.join(run.config.get("command", [])), shlex.join(public["command"]))
    contents: dict[str, bytes | Path] = {
        "README.md": card.encode(),
        "config.json": (json.dumps(public, indent=2) + "\n").encode(),
        run.generator.name: run.generator,
    }
    if run.best_generator.is_file():
        checkpoint.read(run.best_generator)
        contents[run.best_generator.name] = run.best_generator
    # A run that was stopped may have pictures of later steps than its generator and its card.
    files = step_files(run.samples, ".png").items()
    pictures = [picture for step, picture in files if step <= about["step"]]
    if pictures:
        contents[f"samples/{pictures[-1].name}"] = pictures[-1]
    return contents


def _size(content: bytes | Path) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _sent(repo: str, private: bool, contents: Mapping[str, bytes | Path], run: Run) -> str:
    """Make the repository, if need be, and commit the files. The URL of its page."""
    try:
        library: Any = importlib.import_module("huggingface_hub")
    except ImportError:
        raise GanzooError(MISSING) from None
    api = library.HfApi(library_name="ganzoo")
    try:
        made = api.create_repo(repo, private=private, exist_ok=True)
        if private and not api.repo_info(made.repo_id).private:
            raise UsageError(
                f"{made.repo_id} exists and is public: push to another name, or make it private on "
                "the Hub first."
            )
        api.create_commit(
            made.repo_id,
            operations=[
                library.CommitOperationAdd(
                    name, content if isinstance(content, bytes) else str(content)
                )
                for name, content in contents.items()
            ],
            commit_message=f"{run.about}, with ganzoo",
        )
    except GanzooError:
        raise
    except Exception as error:  # of the library, and of the library that it sends with
        raise _refused(repo, error) from error
    return str(made)


def _refused(repo: str, error: Exception) -> GanzooError:
    """The error of the Hub in a sentence."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status == 401 or type(error).__name__ == "LocalTokenNotFoundError":
        return GanzooError(
            "The Hub asks who you are. Log in with `hf auth login`, or set HF_TOKEN to a token "
            "with the right to write."
        )
    if status == 403:
        return GanzooError(
            f"The Hub does not let you write to {repo}: check its name, and the rights of your "
            "token."
        )
    text = " ".join(str(getattr(error, "server_message", None) or error).split())
    if status is None:
        return GanzooError(
            f"The Hugging Face Hub cannot be reached: {text or type(error).__name__}."
        )
    return GanzooError(f"The Hub refuses to take {repo}: {text}.")
