# Build:  docker build -t rag .
# Run:    docker run --rm -v "$PWD/docs:/docs:ro" -v rag-home:/var/lib/rag rag ingest /docs
FROM swift:6.3-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends libcurl4-openssl-dev libsqlite3-dev libopenblas-dev libdnnl-dev \
    libstemmer-dev libxml2-dev libzip-dev poppler-utils python3 python3-pip \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --product rag --static-swift-stdlib \
 && RAG_MODELS=/models .build/release/rag models pull --quiet

FROM debian:12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libcurl4 libsqlite3-0 libopenblas0-pthread libdnnl2 libstemmer0d \
    libxml2 libzip4 poppler-utils ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/rag --create-home rag
COPY --from=build /src/.build/release/rag /usr/local/bin/rag
COPY --from=build /models /usr/share/rag/models
COPY prompts /usr/share/rag/prompts
ENV RAG_HOME=/var/lib/rag/indexes RAG_MODELS=/usr/share/rag/models
USER rag
WORKDIR /var/lib/rag
VOLUME /var/lib/rag
ENTRYPOINT ["rag"]
CMD ["--help"]
