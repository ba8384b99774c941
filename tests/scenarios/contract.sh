#!/bin/sh
# Runs the contract's worked examples through a binary: contract.sh CONTRACT_FOLDER BINARY. Exit 77: the folder is missing.
if [ ! -e "$1/check.py" ]; then
  echo "SKIPPED: there is no contract folder beside the project (looked for check.py)" >&2
  exit 77
fi
exec python3 "$1/check.py" "$2"
