"""Creates the topics before the services start: `python topics.py`."""

import asyncio

from runtime.settings import ServiceSettings
from runtime.topics import ensure_topics

settings = ServiceSettings()
asyncio.run(ensure_topics(settings.kafka, settings.prefix))
