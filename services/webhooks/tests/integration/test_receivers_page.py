"""The examples of the page for receivers verify real signatures, and refuse false ones, in every language that is installed here."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from webhooks.adapters.receivers import new_secret, signed

PAGE = Path(__file__).parents[4] / "docs" / "guides" / "webhooks.md"
BODY = '{"type":"order.paid","data":{"title":"茶"}}'.encode()
SECONDS = 120
Given = dict[str, str]
GO_IMPORTS = (
    "crypto/hmac", "crypto/sha256", "encoding/base64", "encoding/json", "fmt", "net/http", "os", "strconv", "strings", "time",
)  # fmt: skip
GO_MAIN = """
func main() {
	var given map[string]string
	json.Unmarshal([]byte(os.Args[1]), &given)
	header := http.Header{}
	for name, value := range given { header.Set(name, value) }
	fmt.Print(Verify(header, []byte(os.Args[2]), os.Args[3]))
}
"""
JAVA = """
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.*;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Check {
%s
    public static void main(String[] given) throws Exception {
        Map<String, String> headers = new HashMap<>();
        for (String name : List.of("webhook-id", "webhook-timestamp", "webhook-signature"))
            headers.put(name, given[headers.size()]);
        System.out.print(verify(headers, given[3].getBytes(StandardCharsets.UTF_8), given[4]));
    }
}
"""


def example(language: str) -> str:
    """The code of the page that has this language."""
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(found)


def said(command: list[str], folder: Path) -> bool:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().lower() == "true"


def in_python(folder: Path, headers: Given, body: str, secret: str) -> bool:
    main = "\nimport json, sys\nprint(verify(json.loads(sys.argv[1]), sys.argv[2].encode(), sys.argv[3]))\n"
    (folder / "check.py").write_text(example("python") + main, encoding="utf-8")
    return said([sys.executable, "check.py", json.dumps(headers), body, secret], folder)


def in_javascript(folder: Path, headers: Given, body: str, secret: str) -> bool:
    main = "\nconst [headers, body, secret] = process.argv.slice(2);\nconsole.log(verify(JSON.parse(headers), Buffer.from(body), secret));\n"
    (folder / "check.js").write_text(example("javascript") + main, encoding="utf-8")
    return said(["node", "check.js", json.dumps(headers), body, secret], folder)


def in_go(folder: Path, headers: Given, body: str, secret: str) -> bool:
    imports = "".join(f'\t"{name}"\n' for name in GO_IMPORTS)
    (folder / "check.go").write_text(
        f"package main\n\nimport (\n{imports})\n\n{example('go')}{GO_MAIN}", encoding="utf-8"
    )
    return said(["go", "run", "check.go", json.dumps(headers), body, secret], folder)


def in_java(folder: Path, headers: Given, body: str, secret: str) -> bool:
    (folder / "Check.java").write_text(JAVA % example("java"), encoding="utf-8")
    given = [headers[name] for name in ("webhook-id", "webhook-timestamp", "webhook-signature")]
    return said(
        ["java", "-Dfile.encoding=UTF-8", "-Dsun.jnu.encoding=UTF-8", "Check.java", *given, body, secret],
        folder,
    )


def in_php(folder: Path, headers: Given, body: str, secret: str) -> bool:
    main = "\necho verify(json_decode($argv[1], true), $argv[2], $argv[3]) ? 'true' : 'false';\n"
    (folder / "check.php").write_text("<?php\n" + example("php") + main, encoding="utf-8")
    return said(["php", "check.php", json.dumps(headers), body, secret], folder)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("program", "verify"),
    [
        (sys.executable, in_python), ("node", in_javascript), ("go", in_go), ("java", in_java), ("php", in_php),
    ],
    ids=["Python", "JavaScript", "Go", "Java", "PHP"],
)  # fmt: skip
def test_an_example_accepts_what_is_signed_and_nothing_else(
    tmp_path: Path, program: str, verify: Callable[[Path, Given, str, str], bool]
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed on this machine")
    old, new = new_secret(), new_secret()
    body = BODY.decode()
    now = datetime.fromtimestamp(int(time.time()), UTC)
    headers = signed("msg_1", BODY, [new, old], now)
    assert verify(tmp_path, headers, body, new)
    assert verify(tmp_path, headers, body, old), "during a change of the secret both are right"
    assert not verify(tmp_path, headers, body.replace("paid", "void"), new)
    assert not verify(tmp_path, headers | {"webhook-id": "msg_2"}, body, new)
    assert not verify(tmp_path, headers, body, new_secret())
    late = signed("msg_1", BODY, [new], datetime.fromtimestamp(int(time.time()) - 400, UTC))
    assert not verify(tmp_path, late, body, new)
    assert not verify(tmp_path, headers | {"webhook-timestamp": "junk"}, body, new)
