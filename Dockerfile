# Build:  docker build -t rag .
# Ingest: docker run --rm -v "$PWD/docs:/docs:ro" -v rag-home:/var/lib/rag rag ingest /docs
# A key:  docker run --rm -v rag-home:/var/lib/rag rag keys create reader --scope query
# Serve:  docker run -p 127.0.0.1:7700:7700 -v rag-home:/var/lib/rag rag
# The last refuses to start before there is a key: it listens on every address of the container. With limits and a
# read-only root: deploy/docker/compose.yaml.
FROM swift:6.3-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends libcurl4-openssl-dev libsqlite3-dev libopenblas-dev libdnnl-dev \
    libstemmer-dev libuchardet-dev libxml2-dev libzip-dev libxgboost-dev libsnappy-dev libzstd-dev zlib1g-dev poppler-utils python3 python3-pip \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
# Sources/Generation/Prompts is a link to prompts.
COPY prompts prompts
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --product rag --static-swift-stdlib \
 && RAG_MODELS=/models .build/release/rag models pull --quiet

FROM debian:12-slim
# curl is for the health check.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libcurl4 libsqlite3-0 libopenblas0-pthread libdnnl2 libstemmer0d \
    libuchardet0 libxml2 libxgboost0 libzip4 libsnappy1v5 libzstd1 zlib1g poppler-utils tesseract-ocr \
    tesseract-ocr-eng tesseract-ocr-deu antiword catdoc ca-certificates curl \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 10001 rag \
 && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/rag --create-home --shell /usr/sbin/nologin rag
COPY --from=build /src/.build/release/rag /usr/local/bin/rag
COPY --from=build /models /usr/share/rag/models
COPY prompts /usr/share/rag/prompts
ENV RAG_HOME=/var/lib/rag/indexes RAG_MODELS=/usr/share/rag/models
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /var/lib/rag
VOLUME /var/lib/rag
EXPOSE 7700
# Requests in flight have 30 s to end after this; 'docker stop' alone would wait for 10.
STOPSIGNAL SIGTERM
# Plain HTTP on the default port; a server with TLS or another port needs its own check.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["curl", "--fail", "--silent", "--show-error", "--max-time", "4", "--output", "/dev/null", "http://127.0.0.1:7700/readyz"]
ENTRYPOINT ["rag"]
CMD ["serve", "--host", "0.0.0.0"]
