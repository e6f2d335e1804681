# make demo   ingest corpus/ and answer three questions; does all the set-up
# make test   run every test; does all the set-up
# make build  .build/release/rag
# make test-clients  unmodified clients of OpenAI, LangChain, Cohere, MCP and MLflow (from pip)
# make test-schema   schemathesis on /openapi.json (from pip)
# make deploy-check  dashboard, alerts and examples of deploy/
# make test-llm     answer questions with a real language model on this machine (fetches 300 MB once)
# make test-instructions  instruction counts of three hot paths against stored figures
# make test-faults  what `rag serve` does when its language model fails, as a table

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

APT_PACKAGES := libcurl4-openssl-dev libsqlite3-dev libopenblas-dev libdnnl-dev libstemmer-dev libxml2-dev libuchardet-dev \
	libxgboost-dev libzip-dev libsnappy-dev libzstd-dev zlib1g-dev poppler-utils qpdf tesseract-ocr \
	tesseract-ocr-eng tesseract-ocr-deu antiword catdoc python3 python3-pip
# For tests alone.
TEST_PACKAGES := chromium chromium-driver curl openssl
SUDO := $(shell [ "$$(id -u)" -eq 0 ] || echo sudo)
RAG := .build/release/rag
PREFIX ?= /usr/local

.PHONY: demo test test-deps test-cases test-page test-conduct test-clients test-schema test-llm test-faults test-instructions deploy-check build deps model lint format install clean

demo: build model
	@$(RAG) ingest corpus
	@for question in \
		"What is the difference between skew and drift?" \
		"What chunk size and overlap should I start with?" \
		"How long should the old index stay available after switching to the new one?"; do \
		echo; echo "> $$question"; $(RAG) query "$$question"; \
	done

test: deps model
	swift build -c release --build-tests
	swift test -c release --skip-build --no-parallel
	$(MAKE) test-cases test-conduct test-page

test-deps:
	@$(MAKE) --no-print-directory deps APT_PACKAGES="$(TEST_PACKAGES)"

# Everyday files and questions with right outcomes. Questions on lists, pairs and code (answer/) don't all hold yet.
test-cases: build model
	python3 Tests/CaseTests/run.py $(RAG) --skip answer/
	python3 Tests/WatchTests/watch_test.py --rag $(RAG)

# The server on real sockets.
test-conduct: build model test-deps
	python3 Tests/ClientTests/conduct_test.py --rag $(RAG)
	python3 Tests/ClientTests/story_test.py --rag $(RAG)
	Tests/ClientTests/transcript.sh $(RAG) > /dev/null

# The web page in headless Chromium.
test-page: build model test-deps
	python3 Tests/PageTests/page_test.py --rag $(RAG)

# Unmodified clients of other APIs, from pip.
test-clients: build model
	$(RAG) models pull cl100k_base
	python3 -m venv .build/clients
	.build/clients/bin/pip install --quiet -r Tests/ClientTests/requirements.txt
	.build/clients/bin/python Tests/ClientTests/clients_test.py --rag $(RAG)
	.build/clients/bin/python Tests/ClientTests/s3_test.py --rag $(RAG)
	for version in "mlflow>=3,<4" "mlflow==2.22.*"; do \
		python3 -m venv --clear .build/mlflow; \
		.build/mlflow/bin/pip install --quiet "$$version" scikit-learn "setuptools<81"; \
		.build/mlflow/bin/python Tests/ClientTests/mlflow_test.py --rag $(RAG); \
	done
	python3 -m venv --clear .build/mlflow
	.build/mlflow/bin/pip install --quiet "mlflow>=3,<4" xgboost onnx onnxruntime
	.build/mlflow/bin/python Tests/ClientTests/training_test.py --rag $(RAG)

test-schema: build model
	python3 -m venv .build/schema
	.build/schema/bin/pip install --quiet schemathesis
	PATH="$$PWD/.build/schema/bin:$$PATH" Tests/ClientTests/schema_test.sh $(RAG)

# Instruction counts of three hot paths against stored figures.
test-instructions: build model
	@$(MAKE) --no-print-directory deps APT_PACKAGES="valgrind binutils"
	python3 .ci/check_instructions.py --rag $(RAG)

deploy-check:
	python3 deploy/check.py $(if $(METRICS),--metrics $(METRICS))

test-llm: build model
	Tests/LLMTests/run.sh --rag $(RAG)

test-faults: build model
	python3 Tests/FaultTests/faults.py --rag $(RAG)

build: deps
	@swift build -c release --product rag

# Debian packages, through apt, only those that are missing.
deps:
	@missing=""; for package in $(APT_PACKAGES); do \
		dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'install ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
		echo "Installing Debian packages:$$missing"; \
		$(SUDO) apt-get update -qq; \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi

# The embedding model, into the cache folder; every file is checked against its pinned SHA-256.
model: build
	@$(RAG) models pull --quiet > /dev/null

lint:
	swift format lint --strict --recursive --parallel --configuration .swift-format Package.swift Sources Tests
	python3 .ci/check_sources.py

format:
	swift format --in-place --recursive --parallel --configuration .swift-format Package.swift Sources Tests

install: build
	install -D -m 755 $(RAG) $(DESTDIR)$(PREFIX)/bin/rag
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	$(RAG) --generate-completion-script bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/rag
	$(RAG) --generate-completion-script zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_rag

clean:
	rm -rf .build
