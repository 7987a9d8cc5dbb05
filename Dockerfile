# The service, without frameworks: small, and enough to decide. To measure in the container as well:
#   docker build --build-arg EXTRAS=server,pytorch,keras,jax --build-arg PACKAGES=tensorflow-cpu .
# (PACKAGES adds the CPU build of TensorFlow, which is the module tensorflow under another name.)
# One framework for an accelerator, with the pins of framework_probes/environments.toml; a BASE has
# Python 3.11 or newer as `python`, and what the accelerator's driver wants of a container:
#   docker build --build-arg BASE=… --build-arg FRAMEWORK=jax --build-arg ACCELERATOR=cuda .
# It listens on every address, so it starts only with an API key, or where it is told that none is needed:
#   docker run -e FRAMEWORK_ADVISOR_API_KEYS="$KEY" … or -e FRAMEWORK_ADVISOR_REQUIRE_KEY=never …
# Where it measures, add --init: processes that a killed one leaves behind want somebody who reaps them.
ARG PYTHON=3.11
ARG BASE=python:${PYTHON}-slim

FROM ${BASE} AS build
ARG EXTRAS=server
ARG PACKAGES=
ARG FRAMEWORK=
ARG ACCELERATOR=cpu
WORKDIR /src
COPY pyproject.toml README.md constraints.txt ./
COPY knowledge knowledge
COPY probes probes
COPY service service
COPY examples examples
RUN python -m venv /opt/advisor
RUN /opt/advisor/bin/pip install --no-cache-dir --constraint constraints.txt ".[${EXTRAS}]" ${PACKAGES}
RUN if [ -n "${FRAMEWORK}" ]; then \
      wanted="$(/opt/advisor/bin/python -m framework_probes.environments "${FRAMEWORK}" "${ACCELERATOR}")" \
      && /opt/advisor/bin/pip install --no-cache-dir ${wanted}; fi

FROM ${BASE}
COPY --from=build /opt/advisor /opt/advisor
RUN useradd --system --home-dir /data --create-home advisor
USER advisor
ENV PATH=/opt/advisor/bin:$PATH \
    FRAMEWORK_ADVISOR_DATA_DIR=/data \
    FRAMEWORK_ADVISOR_HOST=0.0.0.0 \
    FRAMEWORK_ADVISOR_PORT=8000 \
    FRAMEWORK_ADVISOR_LOG_FORMAT=json
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=15s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
CMD ["framework-advisor", "serve"]
