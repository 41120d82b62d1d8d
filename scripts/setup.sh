#!/usr/bin/env bash
# Make $VENV with the pinned packages and an editable install. Uses uv where it can be had, else pip.
set -euo pipefail
: "${PYTHON:=python3}" "${VENV:=.venv}"

if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "setup: deepspine needs Python 3.11 or later; set PYTHON=/path/to/python3.11" >&2
  exit 2
fi
if ! "$PYTHON" -c 'import ensurepip' 2>/dev/null; then
  echo "setup: $PYTHON cannot make virtual environments; on Debian: apt-get install python3-venv" >&2
  exit 2
fi
[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
if "$VENV/bin/pip" install --quiet --disable-pip-version-check uv 2>/dev/null; then
  # Bytecode as pip writes it: every start is quicker, above all where none can be written later (containers).
  install=("$VENV/bin/uv" pip install --quiet --compile-bytecode --python "$VENV/bin/python")
else
  install=("$VENV/bin/pip" install --quiet --disable-pip-version-check)
fi
echo "setup: installing pinned packages into $VENV"
"${install[@]}" --constraint constraints.txt --editable '.[dev]'
