#!/usr/bin/env bash
# From files to answers with curl: ingest, /query plain and streamed, upload, delete, and the deleted document gone on every
# route. Prints each command with what came back, shortened. Exit code 1 where something of the deleted document is left.
#
#   Tests/ClientTests/transcript.sh .build/release/rag
set -euo pipefail
rag=$(realpath "${1:-.build/release/rag}")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

show() { echo "\$ $*"; }
short() { python3 -c "import sys; t = sys.stdin.read().strip(); print(t if len(t) < 420 else t[:400] + ' …'); print()"; }

show "rag ingest corpus --home H"
"$rag" ingest corpus --home "$work/home" 2>/dev/null | short
"$rag" serve --home "$work/home" --port 0 --json > "$work/url" &
server=$!
until [ -s "$work/url" ]; do sleep 0.05; done
url=$(python3 -c "import json; print(json.load(open('$work/url'))['url'])")

ask() { # method path [body]
  if [ -n "${3:-}" ]; then show "curl -X $1 $2 -d '$3'"; else show "curl -X $1 $2"; fi
  curl -sS -X "$1" "$url$2" ${3:+-H 'Content-Type: application/json' -d "$3"} | tee "$work/last" | short
}

ask POST /query '{"question": "How many of the 112 drift alarms coincided with a loss of performance?"}'
show "curl -N -X POST /query -d '{\"question\": \"What PSI value means major drift?\", \"stream\": true}'"
curl -sSN "$url/query" -d '{"question": "What PSI value means major drift?", "stream": true}' | cut -c1-150
echo
ask POST /api/v1/documents '{"id": "team/bilby.md", "name": "bilby.md", "text": "# Bilby\n\nThe bilby cluster has 37 nodes.", "metadata": {"team": "ops"}}'
job=$(python3 -c "import json; print(json.load(open('$work/last'))['url'])")
printf 'The numbat gateway retries 4 times.\n' > "$work/numbat.txt"
show "curl -F files=@numbat.txt -F collection=main /api/v1/documents"
curl -sS -F "files=@$work/numbat.txt" -F collection=main "$url/api/v1/documents" | tee "$work/second" | short
second=$(python3 -c "import json; print(json.load(open('$work/second'))['url'])")
for one in "$job" "$second"; do
  until curl -sS "$url$one" | grep -qE '"state":"(done|failed)"'; do sleep 0.1; done
  ask GET "$one"
done
ask POST /query '{"question": "How many nodes has the bilby cluster?"}'
grep -q '37 nodes' "$work/last"
ask POST /query '{"question": "How often does the numbat gateway retry?"}'
grep -q '4 times' "$work/last"
ask DELETE /api/v1/documents/team/bilby.md

echo "# Gone on every route?"
left=0
gone() {
  ask "$@"
  if grep -qE '37 nodes|bilby cluster has' "$work/last"; then echo "STILL THERE: $*"; left=1; fi
}
question='How many nodes has the bilby cluster?'
gone POST /query "{\"question\": \"$question\"}"
gone POST /query "{\"question\": \"$question\", \"stream\": true}"
for mode in lexical dense hybrid; do gone POST /search "{\"query\": \"bilby cluster nodes\", \"mode\": \"$mode\", \"top_k\": 100}"; done
gone POST /search '{"query": "nodes", "filter": "team = '"'ops'"'"}'
gone GET '/api/v1/documents?limit=1000'
if grep -q bilby "$work/last"; then echo "STILL LISTED"; left=1; fi
gone GET /api/v1/documents/team/bilby.md
gone GET /api/v1/documents/team/bilby.md/chunks
gone POST /v1/chat/completions "{\"model\": \"rag/main\", \"messages\": [{\"role\": \"user\", \"content\": \"$question\"}]}"
gone POST /v1/chat/completions "{\"model\": \"rag/main\", \"stream\": true, \"messages\": [{\"role\": \"user\", \"content\": \"$question\"}]}"
for call in "\"search\", \"arguments\": {\"query\": \"bilby cluster\"}" "\"query\", \"arguments\": {\"question\": \"$question\"}" \
  "\"get_document\", \"arguments\": {\"document_id\": \"team/bilby.md\"}" "\"list_collections\", \"arguments\": {}"; do
  gone POST /mcp "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"tools/call\", \"params\": {\"name\": $call}}"
done
gone GET /metrics
bytes=$(grep -rlaE 'bilby cluster has 37' "$work/home" | wc -l)
echo "files of the home that still hold its text: $bytes"
if [ "$left" = 0 ]; then echo "nothing of it is left on any route"; else exit 1; fi
