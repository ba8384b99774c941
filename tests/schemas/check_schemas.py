#!/usr/bin/env python3
"""The JSON Schemas of schemas/json against the corpus, and against what a replay wrote.

  check_schemas.py               each schema is one; corpus/{reports,commands}.ndjson get the verdict that the C++
                                 decoder gives (tests/schemas/corpus_test.cc); corpus/outputs.ndjson as it says
  check_schemas.py --replay FILE each line of a replay's output fits the schema of its topic

A record that is marked schema_blind is refused for something that no schema can see (an unknown class, a field sent
twice); the schema must take it, or the mark is wrong. Exit 0: all agree; 1: some do not (each is printed); 77: no
python3-jsonschema here (a failure where CI is set).
"""
import json
import os
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("check_schemas.py: python3-jsonschema is missing: nothing was checked", file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") else 77)

HERE = pathlib.Path(__file__).resolve().parent
SCHEMAS = HERE.parent.parent / "schemas" / "json"
CORPUS = HERE / "corpus"
SCHEMA_OF_TOPIC = {"alerts": "alert", "aggregates": "aggregate", "area-aggregates": "aggregate",
                   "dead-letters": "dead-letter"}


def validators():
    found = {}
    for path in sorted(SCHEMAS.glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.Draft7Validator.check_schema(schema)
        found[path.name.removesuffix(".schema.json")] = jsonschema.Draft7Validator(schema)
    return found


def parse(text):
    """A JSON text by RFC 8259: Python's own parser takes NaN, too."""
    def refuse(constant):
        raise ValueError(constant)
    return json.loads(text, parse_constant=refuse)


def accepts(validator, row):
    """Whether the schema takes the payload of a corpus row."""
    value = row["value"]
    if isinstance(value, str):  # raw bytes
        try:
            value = parse(value)
        except ValueError:
            return False
    if row.get("headers", {}).get("content-type", "").startswith("application/cloudevents+json"):
        value = value.get("data")
    return validator.is_valid(value)


def rows(name):
    with open(CORPUS / name, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def check_corpus(schemas):
    wrong, count = [], 0
    for name, schema in (("reports.ndjson", "report"), ("commands.ndjson", "command")):
        for row in rows(name):
            count += 1
            want = row["want"] == "ok" or row.get("schema_blind", False)
            if accepts(schemas[schema], row) != want:
                wrong.append(f"{name}: {row['name']}: the schema {'refuses' if want else 'takes'} it")
    for row in rows("outputs.ndjson"):
        count += 1
        if schemas[row["schema"]].is_valid(row["value"]) != row["ok"]:
            wrong.append(f"outputs.ndjson: {row['schema']}: {row['name']}: should be {row['ok']}")
    return wrong, count


def check_replay(schemas, path):
    wrong, count = [], 0
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            record = json.loads(line)
            topic = record["topic"].split(".")[-2] if "." in record["topic"] else record["topic"]
            for error in schemas[SCHEMA_OF_TOPIC[topic]].iter_errors(record["value"]):
                wrong.append(f"{path}:{number}: {topic}: /{'/'.join(map(str, error.path))}: {error.validator}")
            count += 1
    return wrong, count


def main(arguments):
    if arguments and (len(arguments) != 2 or arguments[0] != "--replay"):
        print(__doc__, file=sys.stderr)
        return 2
    schemas = validators()
    wrong, count = check_replay(schemas, arguments[1]) if arguments else check_corpus(schemas)
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{count - len(wrong)} of {count} as expected")
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
