"""`python -m sharecode`: run the service."""

from runtime.service import serve
from sharecode.app import build_app
from sharecode.settings import Settings

serve(build_app(Settings()))
