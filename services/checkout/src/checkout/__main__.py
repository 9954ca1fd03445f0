"""`python -m checkout`: run the service."""

from checkout.app import build_app
from checkout.settings import Settings
from runtime.service import serve

serve(build_app(Settings()))
