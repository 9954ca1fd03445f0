"""`python -m host_demo`."""

from host_demo.app import build_app
from host_demo.settings import Settings
from runtime.service import serve

if __name__ == "__main__":
    serve(build_app(Settings()))
