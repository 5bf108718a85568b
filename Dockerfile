# syntax=docker/dockerfile:1.7
# One image for workers, the service and every command: `docker run onexgen --help`.
FROM python:3.12.8-slim-bookworm AS build

# What is installed beside onexgen itself: "http onex" adds what runs the tests of made packages.
ARG EXTRAS="http"
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PROJECT_ENVIRONMENT=/opt/onexgen \
    UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
WORKDIR /src

# The locked libraries first: they change less often than the rest.
COPY pyproject.toml uv.lock README.md LICENSE CHANGELOG.md ./
RUN uv sync --frozen --no-dev --no-install-project $(printf -- '--extra %s ' $EXTRAS)
COPY engine engine
COPY environments environments
COPY pipelines pipelines
COPY rules rules
COPY schemas schemas
COPY starter starter
COPY templates templates
RUN uv sync --frozen --no-dev --no-editable $(printf -- '--extra %s ' $EXTRAS)

FROM python:3.12.8-slim-bookworm

# A number, so that a cluster can tell that it is not root without looking into the image.
RUN groupadd --gid 10001 onexgen \
    && useradd --uid 10001 --gid 10001 --create-home --shell /usr/sbin/nologin onexgen \
    && install -d -o onexgen -g onexgen /work /var/lib/onexgen
COPY --from=build /opt/onexgen /opt/onexgen
ENV PATH=/opt/onexgen/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    XDG_CACHE_HOME=/var/lib/onexgen/cache \
    XDG_STATE_HOME=/var/lib
USER 10001:10001
WORKDIR /work
VOLUME ["/work", "/var/lib/onexgen"]

# It reaches its broker; what else there is to look at depends on what runs here.
HEALTHCHECK --interval=60s --timeout=20s --start-period=30s --retries=3 \
    CMD ["onexgen", "doctor", "--only", "broker", "--only", "folder", "--folder", "/work"]
# Ctrl-C and `docker stop` reach the program itself, which ends what it has begun.
STOPSIGNAL SIGTERM
ENTRYPOINT ["onexgen"]
CMD ["--help"]
