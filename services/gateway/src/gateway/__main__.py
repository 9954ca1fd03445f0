"""Runs the gateway: `python -m gateway`."""

from gateway.app import build_app
from gateway.settings import Settings
from runtime.service import serve

if __name__ == "__main__":
    serve(build_app(Settings()))
