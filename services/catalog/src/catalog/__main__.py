"""`python -m catalog`: run the service."""

from catalog.app import build_app
from catalog.settings import Settings
from runtime.service import serve


def main() -> None:
    """Run until asked to stop."""
    serve(build_app(Settings()))


if __name__ == "__main__":
    main()
