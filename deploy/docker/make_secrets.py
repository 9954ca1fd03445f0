"""Makes the secrets of `docker-compose.yml`: a file for each container, with what that container needs and nothing else.

    python3 make_secrets.py [--production] [FOLDER]

FOLDER is `deploy/docker/secrets` if it is not given. Only its owner can read it. The line `ANCHORAGE_SECRETS=FOLDER` in the file
`.env` next to `docker-compose.yml` tells Compose where it is. Nothing is overwritten. Needs Python 3.8 and no packages.

With `--production` they are for `compose.production.yml`, in `deploy/docker/secrets-production`, and the line is
`ANCHORAGE_PRODUCTION_SECRETS=FOLDER` in `production.env`.

    python3 make_secrets.py --rotate USER [FOLDER]

gives a user of the production profile (a service, or `operator`) new passwords of Kafka and MongoDB.
"""

import base64
import os
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFAULT, ENV, VARIABLE = Path("deploy/docker/secrets"), ".env", "ANCHORAGE_SECRETS"
PRODUCTION = Path("deploy/docker/secrets-production"), "production.env", "ANCHORAGE_PRODUCTION_SECRETS"
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
WITHOUT_DATABASE = ("gateway", "search")
CA = "/certificates/trust/ca.crt"
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


def production_contents():
    """The same for `compose.production.yml`: no demo, users of Kafka too, and TLS."""
    texts = contents()
    for name in ("demo", "alipay_sandbox"):
        del texts[f"{name}.env"]
    texts = {
        name: text.replace("/?replicaSet", f"/?tls=true&tlsCAFile={CA}&replicaSet")
        for name, text in texts.items()
    }
    key = texts.pop("mongodb.key").strip()
    root = texts["mongodb.env"].splitlines()
    users = [line for line in root if not line.startswith(("MONGO_INITDB_ROOT_USERNAME", "ALIPAY_SANDBOX"))]
    texts["mongodb-users.env"] = "".join(f"{line}\n" for line in users)
    texts["mongodb.env"] = "".join(f"{line}\n" for line in [*root[:2], f"MONGODB_KEY={key}"])
    passwords = {}
    for user in (*WITH_DATABASE[:-1], *WITHOUT_DATABASE, OPERATOR):
        passwords[user] = secrets.token_hex(32)
        login = f"ANCHORAGE_KAFKA_USERNAME={user}\nANCHORAGE_KAFKA_PASSWORD={passwords[user]}\n"
        texts[f"{user}.env"] = texts.get(f"{user}.env", "") + login
    passwords["setup"] = secrets.token_hex(32)
    texts["kafka.env"] = "".join(
        f"KAFKA_PASSWORD_{user.upper()}={word}\n" for user, word in passwords.items()
    )
    return texts


def rotate(folder, user):
    """Give a user of `compose.production.yml` new passwords, in every file that has them; raises KeyError without such a user."""
    texts = {file: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.env"))}
    mine = dict(line.split("=", 1) for line in texts[folder / f"{user}.env"].splitlines())
    old = [mine["ANCHORAGE_KAFKA_PASSWORD"]]
    if "ANCHORAGE_MONGODB_URI" in mine:
        old.append(mine["ANCHORAGE_MONGODB_URI"].split(":")[2].split("@")[0])
    new = {password: secrets.token_hex(32) for password in old}
    for file, text in texts.items():
        changed = text
        for password in old:
            changed = changed.replace(password, new[password])
        if changed != text:
            replacement = file.with_name(f".{file.name}.new")
            with os.fdopen(
                os.open(replacement, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
            ) as opened:
                opened.write(changed)
            replacement.rename(file)


def uri(user, password, database):
    """Where a user of `database` finds MongoDB."""
    return f"mongodb://{user}:{password}@mongodb:27017/?replicaSet=rs0&authSource={database}"


def make(folder, texts):
    """Make the folder with its files; raises FileExistsError when it exists."""
    new = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    new.mkdir(mode=0o700, parents=True)
    for name, text in texts.items():
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


def tell_compose(folder, env, variable):
    """Add the folder to the file that Compose reads, unless a folder is named there already."""
    text = env.read_text(encoding="utf-8") if env.exists() else ""
    if not any(line.startswith(f"{variable}=") for line in text.splitlines()):
        separator = "" if not text or text.endswith("\n") else "\n"
        with env.open("a", encoding="utf-8") as file:
            file.write(f"{separator}{variable}={folder}\n")


def rotated(arguments):
    """The exit code of `--rotate USER [FOLDER]`."""
    if len(arguments) not in (1, 2) or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[1]) if len(arguments) == 2 else ROOT / PRODUCTION[0]
    try:
        rotate(folder, arguments[0])
    except KeyError:
        users = sorted(
            file.stem for file in folder.glob("*.env") if "KAFKA_USERNAME" in file.read_text(encoding="utf-8")
        )
        print(f"{folder} has no user {arguments[0]}. It has {', '.join(users) or 'none'}.", file=sys.stderr)
        return 1
    print(f"{arguments[0]} has new passwords. They count after the next `docker compose … up`.")
    return 0


def main(arguments):
    """The exit code: 0 when the folder was made, 1 when it exists, 2 for other arguments."""
    if arguments[:1] == ["--rotate"]:
        return rotated(arguments[1:])
    production = "--production" in arguments
    rest = [argument for argument in arguments if argument != "--production"]
    if len(rest) > 1 or any(argument.startswith("-") for argument in rest):
        print(__doc__, file=sys.stderr)
        return 2
    default, env, variable = PRODUCTION if production else (DEFAULT, ENV, VARIABLE)
    folder = Path(rest[0]) if rest else ROOT / default
    try:
        make(folder, production_contents() if production else contents())
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
    if not rest:
        tell_compose(default, ROOT / env, variable)
    print(f"The secrets are in {folder}." + (f" Set {variable} to it." if rest else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
