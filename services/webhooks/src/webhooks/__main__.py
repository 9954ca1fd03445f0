"""`python -m webhooks`: run the service."""

from runtime.service import serve
from webhooks.app import build_app
from webhooks.settings import Settings

serve(build_app(Settings()))
