#!/usr/bin/env bash
# schemathesis on /openapi.json of a server with some documents: no 5xx, and no answer that the description does not know.
#
#   pip install schemathesis; Tests/ClientTests/schema_test.sh .build/release/rag [examples a route]
set -euo pipefail
rag=$(realpath "${1:-.build/release/rag}")
examples=${2:-40}
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
"$rag" ingest corpus/monitoring --home "$work/home" --quiet > /dev/null
"$rag" serve --home "$work/home" --port 0 --json --log-level error > "$work/url" &
server=$!
until [ -s "$work/url" ]; do sleep 0.05; done
url=$(python3 -c "import json; print(json.load(open('$work/url'))['url'])")
cd "$work"
schemathesis run "$url/openapi.json" --checks all --exclude-checks missing_required_header,positive_data_acceptance \
  --phases examples,coverage,fuzzing --max-examples "$examples" --seed 7 --request-timeout 60
