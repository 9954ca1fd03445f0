"""`python -m identity`."""

from identity.app import build_app
from identity.settings import Settings
from runtime.service import serve

if __name__ == "__main__":
    serve(build_app(Settings()))
