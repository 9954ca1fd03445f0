"""`python -m search`."""

from runtime.service import serve
from search.app import build_app
from search.settings import Settings


def main() -> None:
    """Serve until asked to stop."""
    serve(build_app(Settings()))


if __name__ == "__main__":
    main()
