"""Creates the topics before the services start: `python topics.py`."""

import asyncio

from runtime.kafka.topics import ensure_topics
from runtime.settings import ServiceSettings

settings = ServiceSettings()
asyncio.run(ensure_topics(settings.kafka, settings.prefix, login=settings.kafka_login))
