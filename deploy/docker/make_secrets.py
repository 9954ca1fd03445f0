"""Makes the secrets of `docker-compose.yml`: a file for each container, with what that container needs and nothing else.

    python3 make_secrets.py [FOLDER]

FOLDER is `deploy/docker/secrets` if it is not given. Only its owner can read it. The line `ANCHORAGE_SECRETS=FOLDER` in the file
`.env` next to `docker-compose.yml` tells Compose where it is. Nothing is overwritten. Needs Python 3.8 and no packages.
"""

import base64
import os
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = Path("deploy/docker/secrets")
VARIABLE = "ANCHORAGE_SECRETS"
WITH_DATABASE = (
    "identity",
    "catalog",
    "checkout",
    "payment",
    "sharecode",
    "webhooks",
    "feeds",
    "alipay_sandbox",
)
OPERATOR = "operator"
KEYFILE_BYTES = 756
"""MongoDB takes a key of at most 1024 characters in base64."""


def contents():
    """The text of each file by its name; new secrets at each call."""
    passwords = {name: secrets.token_hex(32) for name in (*WITH_DATABASE, OPERATOR)}
    click, viewer, order = (secrets.token_hex(32) for _ in range(3))
    ops = {"ANCHORAGE_OPS_CLIENT_ID": "ops", "ANCHORAGE_OPS_CLIENT_SECRET": secrets.token_hex(32)}
    files = {name: {"ANCHORAGE_MONGODB_URI": uri(name, passwords[name], name)} for name in WITH_DATABASE}
    files["identity"].update(
        ops, ANCHORAGE_VIEWER_SECRET=viewer, ANCHORAGE_OPENID_SECRET=secrets.token_hex(32)
    )
    files["checkout"].update(ANCHORAGE_CLICK_SECRET=click, ANCHORAGE_ORDER_SECRET=order)
    files["payment"].update(ANCHORAGE_ORDER_SECRET=order)
    files["gateway"] = {"ANCHORAGE_CLICK_SECRET": click, "ANCHORAGE_VIEWER_SECRET": viewer}
    files["demo"] = dict(ops)
    files["operator"] = {**ops, "ANCHORAGE_MONGODB_URI": uri(OPERATOR, passwords[OPERATOR], "admin")}
    files["mongodb"] = {
        "MONGO_INITDB_ROOT_USERNAME": "root",
        "MONGO_INITDB_ROOT_PASSWORD": secrets.token_hex(32),
        **{f"{name.upper()}_PASSWORD": password for name, password in passwords.items()},
    }
    texts = {
        f"{name}.env": "".join(f"{variable}={value}\n" for variable, value in variables.items())
        for name, variables in files.items()
    }
    texts["mongodb.key"] = base64.b64encode(secrets.token_bytes(KEYFILE_BYTES)).decode() + "\n"
    return texts


def uri(user, password, database):
    """Where a user of `database` finds MongoDB."""
    return f"mongodb://{user}:{password}@mongodb:27017/?replicaSet=rs0&authSource={database}"


def make(folder):
    """Make the folder with its files; raises FileExistsError when it exists."""
    new = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    new.mkdir(mode=0o700, parents=True)
    for name, text in contents().items():
        descriptor = os.open(new / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    try:
        if folder.exists():  # a rename would replace an empty folder
            raise FileExistsError(folder)
        new.rename(folder)  # at once: a folder is never half full
    except OSError:
        for file in new.iterdir():
            file.unlink()
        new.rmdir()
        raise


def tell_compose(folder, env):
    """Add the folder to the file that Compose reads by itself, unless a folder is named there already."""
    text = env.read_text(encoding="utf-8") if env.exists() else ""
    if not any(line.startswith(f"{VARIABLE}=") for line in text.splitlines()):
        separator = "" if not text or text.endswith("\n") else "\n"
        with env.open("a", encoding="utf-8") as file:
            file.write(f"{separator}{VARIABLE}={folder}\n")


def main(arguments):
    """The exit code: 0 when the folder was made, 1 when it exists, 2 for other arguments."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[0]) if arguments else ROOT / DEFAULT
    try:
        make(folder)
    except FileExistsError:
        print(
            f"{folder} exists. Its secrets fit the data in Compose's volumes, so nothing was changed. To start over, run "
            "`docker compose down --volumes`, which deletes all data, and remove the folder.",
            file=sys.stderr,
        )
        return 1
    except OSError as error:
        print(f"{folder} cannot be made: {error.strerror}", file=sys.stderr)
        return 1
    if not arguments:
        tell_compose(DEFAULT, ROOT / ".env")
    print(f"The secrets are in {folder}." + (f" Set {VARIABLE} to it." if arguments else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
