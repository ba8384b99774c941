#!/usr/bin/env python3
"""Generates asyncapi.yaml from topics.yaml: the topics that partners read and write.

  schemas/generate_asyncapi.py           writes schemas/asyncapi.yaml
  schemas/generate_asyncapi.py --check   exit 1 if that file is not what would be written

Topics of `use: internal` are left out. Needs python3-yaml.
"""
import os
import re
import sys

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
PREFIX = "safety."

# topics.yaml `message` -> title, JSON Schema, Protobuf message.
MESSAGES = {
    "report": ("Report", "report", "Report"),
    "command": ("Command", "command", "Command"),
    "aggregate": ("Aggregate", "aggregate", "Aggregate"),
    "alert": ("Alert transition", "alert", "Alert"),
    "dead-letter": ("Dead letter", "dead-letter", "DeadLetter"),
}
DAY_MS = 24 * 60 * 60 * 1000

CLOUD_EVENT_HEADERS = {
    "ce_specversion": "1.0",
    "ce_id": "the same for the same event, so that a reader can drop what it has seen",
    "ce_source": "/lagesbild/<group>",
    "ce_type": "se.lagesbild.…, with a version",
    "ce_time": "RFC 3339, UTC",
    "ce_subject": "area id, where there is one",
    "content-type": "of the value",
}


def milliseconds(duration):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h|d)", duration).groups()
    return int(number) * {"ms": 1, "s": 1000, "m": 60000, "h": 3600000, "d": DAY_MS}[unit]


def message_names(topic):
    """The messages of a topic: one a wire format."""
    names = {"json": topic["message"], "protobuf": topic["message"] + "-protobuf"}
    return [names[f] for f in topic["formats"] if f in names]


def channel(topic):
    configuration = {"cleanup.policy": topic["cleanup"].split(",")}
    if topic.get("retention"):
        configuration["retention.ms"] = milliseconds(topic["retention"])
    return {
        "address": PREFIX + topic["of_prefix"],
        "summary": topic["summary"],
        "messages": {n: {"$ref": "#/components/messages/" + n} for n in message_names(topic)},
        "bindings": {"kafka": {"topicConfiguration": configuration, "bindingVersion": "0.5.0"}},
    }


def operation(role, topic):
    """From the program's side: it receives what is `in`, and sends what is `out`."""
    reference = "#/channels/" + role
    return {
        "action": "receive" if topic["use"] == "in" else "send",
        "channel": {"$ref": reference},
        "summary": topic["summary"],
        "messages": [{"$ref": reference + "/messages/" + n} for n in message_names(topic)],
    }


def message(topic, name):
    title, schema, proto = MESSAGES[topic["message"]]
    out = {"name": name, "title": title}
    if name.endswith("-protobuf"):
        out["contentType"] = "application/x-protobuf"
        out["summary"] = f"Protobuf message safety.v1.{proto}, in safety/v1/{schema.replace('-', '_')}.proto."
    else:
        out["contentType"] = "application/json"
        out["payload"] = {
            "schemaFormat": "application/schema+json;version=draft-07",
            "schema": {"$ref": f"./json/{schema}.schema.json"},
        }
    if "cloudevents" in topic["formats"]:
        out["description"] = ("May also come as a CloudEvent 1.0: in binary mode with ce_ headers, in structured mode "
                              "with content-type application/cloudevents+json.")
    if topic["use"] == "out":
        properties = {h: {"type": "string", "description": d} for h, d in CLOUD_EVENT_HEADERS.items()}
        if topic["message"] == "alert":
            description = "W3C trace context of the report or command that caused it, where that had one"
            properties["traceparent"] = {"type": "string", "description": description}
        out["headers"] = {"type": "object", "properties": properties}
    out["bindings"] = {"kafka": {"key": {"type": "string", "description": topic["key"]}, "bindingVersion": "0.5.0"}}
    return out


def document(topics):
    public = {role: topic for role, topic in topics.items() if topic["use"] != "internal"}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Lägesbild",
            "version": "1",
            "description": "Partners publish incidents, tips and commands; dashboards and coordinators read the "
                           "picture and its alerts. Topic names begin with topics.prefix, here the default. Readers "
                           "must use isolation.level=read_committed.",
        },
        "defaultContentType": "application/json",
        "channels": {role: channel(topic) for role, topic in public.items()},
        "operations": {f"{'receive' if topic['use'] == 'in' else 'send'}-{role}": operation(role, topic)
                       for role, topic in public.items()},
        "components": {"messages": {name: message(topic, name)
                                    for topic in public.values() for name in message_names(topic)}},
    }


class Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def generate():
    with open(os.path.join(HERE, "topics.yaml"), encoding="utf-8") as f:
        topics = yaml.safe_load(f)["topics"]
    body = yaml.dump(document(topics), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
    return "# Generated from topics.yaml by generate_asyncapi.py; edit that file.\n" + body


def main():
    path = os.path.join(HERE, "asyncapi.yaml")
    text = generate()
    if sys.argv[1:] == ["--check"]:
        try:
            with open(path, encoding="utf-8") as f:
                current = f.read()
        except FileNotFoundError:
            current = ""
        if current != text:
            sys.exit("schemas/asyncapi.yaml is not what topics.yaml says; run schemas/generate_asyncapi.py")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


if __name__ == "__main__":
    main()
