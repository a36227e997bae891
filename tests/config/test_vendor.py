"""Vendored assets are what their notes say, and are built from the versions that are pinned."""

import json
import re

from django.conf import settings

VENDOR = settings.BASE_DIR / "static" / "vendor"
TOOLS = settings.BASE_DIR / "tools" / "codemirror"
LOCKED = json.loads((TOOLS / "package-lock.json").read_text())["packages"]
BUNDLE = (VENDOR / "codemirror.min.js").read_text()
BUNDLED = dict(re.findall(r"(@?[a-z][a-z0-9/-]+) (\d+\.\d+\.\d+)", BUNDLE.split("\n")[0]))


def test_the_editor_is_built_from_the_locked_versions() -> None:
    locked = {path.removeprefix("node_modules/"): entry for path, entry in LOCKED.items()}
    assert {"@codemirror/view", "@codemirror/state", "style-mod"} <= set(BUNDLED)
    for name, version in BUNDLED.items():
        assert locked[name]["version"] == version, name


def test_the_editors_direct_dependencies_are_pinned_exactly() -> None:
    package = json.loads((TOOLS / "package.json").read_text())
    for name, version in (package["dependencies"] | package["devDependencies"]).items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert LOCKED[f"node_modules/{name}"]["version"] == version


def test_the_lock_names_contents_and_no_host() -> None:
    for path, entry in LOCKED.items():
        assert "resolved" not in entry, path
        assert not path or entry["integrity"].startswith("sha512-")


def test_the_licence_of_every_bundled_package_is_there() -> None:
    licences = (VENDOR / "codemirror-LICENSE.txt").read_text()
    for name, version in BUNDLED.items():
        assert f"{name} {version}\n" in licences
    assert licences.count("Copyright (C)") == licences.count("Permission is hereby granted")


def test_the_bundle_has_all_that_the_pages_use() -> None:
    exported = set(re.findall(r"\w+", (TOOLS / "entry.js").read_text()))
    for script in (settings.BASE_DIR / "static" / "js").glob("*.js"):
        text = script.read_text()
        used = set(re.findall(r"CodeMirror\.(\w+)", text))
        for names in re.findall(r"const \{([^}]*)\} = CodeMirror;", text):
            used |= set(re.findall(r"\w+", names))
        assert used <= exported, (script.name, used - exported)


def test_every_vendored_file_is_in_the_notes() -> None:
    notes = (VENDOR / "README.md").read_text()
    for path in VENDOR.iterdir():
        assert path.name == "README.md" or f"`{path.name}`" in notes
