#!/usr/bin/env python3
"""`lagesbild config schema --json` is a JSON Schema that takes good configurations and refuses a misspelt key.

usage: check_config_schema.py BINARY CONFIG...
"""
import json
import subprocess
import sys

import jsonschema
import yaml

binary, configs = sys.argv[1], sys.argv[2:]
schema = json.loads(subprocess.run([binary, "config", "schema", "--json"], check=True, capture_output=True).stdout)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
for path in configs:
    with open(path, encoding="utf-8") as file:
        validator.validate(yaml.safe_load(file))
for wrong in ({"gruop": "x"}, {"tips": {"perday": 5}}, {"clock": "day"}, {"grace": "7 days"}, {"state": {"memory": "512"}}):
    if validator.is_valid(wrong):
        sys.exit(f"the schema takes {wrong}")
print(f"{len(configs)} configurations taken, 5 mistakes refused")
