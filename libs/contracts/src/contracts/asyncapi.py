"""The event streams as an AsyncAPI 3.0 document (https://www.asyncapi.com/docs/reference/specification/v3.0.0)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from contracts.envelope import CONTENT_TYPE, source_of
from contracts.event import Event
from contracts.registry import all_events
from contracts.topics import EVERY_SERVICE, Topic

HEADERS = {
    "type": "object",
    "description": "CloudEvents 1.0 attributes in Kafka's binary mode, all UTF-8",
    "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_subject"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {
            "type": "string",
            "description": "fixed when the event is recorded; a repeat has the same id",
        },
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string", "description": "the only service that publishes this event"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": {
            "type": "string",
            "description": "the record's key",
        },
        "ce_again": {
            "const": "true",
            "description": "set on a repeat whose answer has not arrived: the consumer announces its answer again",
        },
        "traceparent": {"type": "string", "description": "W3C Trace Context"},
        "content-type": {"const": CONTENT_TYPE},
    },
}


def document() -> dict[str, Any]:
    """The whole document, as JSON types."""
    by_topic = {topic: list(events) for topic, events in groupby(all_events(), key=lambda event: event.topic)}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Anchorage event streams",
            "version": "1.0.0",
            "description": "Events that Anchorage's services publish. Readers ignore unknown fields and types.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic.name: _channel(topic, events) for topic, events in by_topic.items()},
        "operations": {
            f"publish-{topic.name}": {
                "action": "send",
                "title": f"{topic.producer} publishes {topic.name}",
                "channel": {"$ref": f"#/channels/{topic.name}"},
            }
            for topic in by_topic
        },
        "components": {
            "messages": {event.__name__: _message(event) for event in all_events()},
            "messageTraits": {"cloudEvent": {"headers": HEADERS}},
        },
    }


def _channel(topic: Topic, events: list[type[Event]]) -> dict[str, Any]:
    policy = ["compact"] if topic.compacted else ["delete"]
    keep = -1 if topic.retention is None else int(topic.retention.total_seconds() * 1000)
    return {
        "address": topic.name,
        "description": f"Key: {topic.key}. Producer: {topic.producer}. An installation may put a prefix before the address.",
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.__name__}"} for event in events},
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {"cleanup.policy": policy, "retention.ms": keep},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _source(topic: Topic) -> dict[str, Any]:
    if topic.producer == EVERY_SERVICE:
        return {"type": "string", "pattern": f"^{source_of('[a-z]+')}$"}
    return {"const": source_of(topic.producer)}


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type_name(),
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip().splitlines()[0],
        "contentType": CONTENT_TYPE,
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "headers": {
            "type": "object",
            "properties": {
                "ce_type": {"const": event.type_name()},
                "ce_source": _source(event.topic),
            },
        },
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"schemas/{event.type_name()}.json"},
        },
        "bindings": {
            "kafka": {"key": {"type": "string", "description": event.key_field()}, "bindingVersion": "0.5.0"}
        },
    }
