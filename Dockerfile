# One image for site and worker. The embedding model is built into it: nothing is fetched when it starts.
FROM python:3.11-slim AS build
# An index with the CPU build of PyTorch; empty: the index that pip knows.
ARG TORCH_INDEX_URL=https://download.pytorch.org/whl/cpu
WORKDIR /src
RUN python -m venv /opt/venv
COPY constraints.txt .
RUN /opt/venv/bin/pip install --no-cache-dir ${TORCH_INDEX_URL:+--index-url $TORCH_INDEX_URL} -c constraints.txt torch==2.13.0
COPY pyproject.toml README.md LICENSE ./
COPY indexer indexer
COPY matchmaker matchmaker
COPY web web
RUN /opt/venv/bin/pip install --no-cache-dir -c constraints.txt '.[server]'
RUN /opt/venv/bin/python -c "from pathlib import Path; from indexer.offline_model import build; build(Path('/opt/model/multilingual-e5-small'), progress=print)"

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 matchmaker && install -d -o matchmaker -g matchmaker /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/model /opt/model
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MATCHMAKER_HOME=/data \
    MATCHMAKER_HOST=0.0.0.0 \
    MATCHMAKER_PORT=8000 \
    MATCHMAKER_MODEL=/opt/model/multilingual-e5-small
USER matchmaker
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["sh", "-c", "matchmaker init && exec matchmaker serve"]
