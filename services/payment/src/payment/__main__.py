"""`python -m payment` serves; settings come from the environment."""

from payment.app import build_app
from payment.settings import Settings
from runtime.service import serve

if __name__ == "__main__":
    serve(build_app(Settings()))
