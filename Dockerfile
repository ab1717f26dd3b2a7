# An image that needs no network when it runs: the weights are inside the package.
#   docker build -t composable-rag .
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY rag rag
COPY retrievers retrievers
COPY compressors compressors
COPY agents agents
COPY configs configs
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt '.[serve]'

FROM python:3.11-slim
# libgomp: what faiss and OpenVINO compute with. Unpinned: an exact version is gone with the next security update.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home rag && install -d -o rag -g rag /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 HF_HUB_OFFLINE=1 RAG_INDEX=/data/index RAG_KEYS=/data/keys.json
# By number: an orchestrator that forbids root can tell.
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["python", "-c", \
  "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/ready', timeout=4)"]
ENTRYPOINT ["/bin/sh", "-c", "[ -f \"$RAG_KEYS\" ] || echo '{\"keys\": []}' > \"$RAG_KEYS\"; exec rag serve \"$@\"", "rag"]
CMD ["--host", "0.0.0.0", "--log-json"]
