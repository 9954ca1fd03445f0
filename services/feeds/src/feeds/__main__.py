"""`python -m feeds`: run the service."""

from feeds.app import build_app
from feeds.settings import Settings
from runtime.service import serve

serve(build_app(Settings()))
