"""Scripts are joined in the order of their imports, and nothing that cannot be joined is sent to a browser."""

from __future__ import annotations

import pytest

from host_demo.modules import joined


def test_a_module_stands_behind_those_that_it_imports_and_each_stands_once() -> None:
    found = joined(
        {
            "a/main.js": "import { two as second } from './two.js';\nimport { one } from '../one.js';\nrun(one, second);\n",
            "a/two.js": "import { one } from '../one.js';\nexport async function two() {}\n",
            "one.js": "export const one = 1;\n",
        }
    )
    assert list(found) == ["a/main.js"]
    script = found["a/main.js"]
    assert [line for line in script.splitlines() if line.startswith("//")] == [
        "// one.js",
        "// a/two.js",
        "// a/main.js",
    ]
    assert "const { two: second } = $a_two;" in script
    assert "return { two };" in script
    assert "\nconst one = 1;" in script


def test_each_page_has_its_own_script_with_what_they_share() -> None:
    shared = {"dom.js": "export class Dom {}\n"}
    pages = dict.fromkeys(("start.js", "both.js"), "import { Dom } from './dom.js';\n")
    found = joined(shared | pages)
    assert found.keys() == pages.keys()
    assert all("class Dom {}" in script for script in found.values())


@pytest.mark.parametrize(
    ("main", "why"),
    [
        ("import { a } from './none.js';\n", "none.js, which is not there"),
        ("import a from './a.js';\n", "cannot join"),
        ("export default 1;\n", "cannot join"),
        ("export let one = 1;\n", "cannot join"),
        ("const late = await import('./a.js');\n", "cannot join"),
        ("import { a } from './a.js';\n", "import each other: main.js → a.js → b.js → a.js"),
    ],
)
def test_what_cannot_be_joined_is_refused_with_a_reason(main: str, why: str) -> None:
    circle = {
        "a.js": "import { b } from './b.js';\nexport const a = 1;\n",
        "b.js": "import { a } from './a.js';\nexport const b = 1;\n",
    }
    with pytest.raises(ValueError, match=why):
        joined({"main.js": main} | circle)
