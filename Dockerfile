# An image for JupyterHub, Binder or one machine: `docker build -t tunebook .`, then `docker run --rm -p 8888:8888 tunebook`.
# It is made by the two commands that a user types: pip install of the wheel, and `tunebook kernel install`.
FROM debian:trixie-slim AS wheel
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git maven openjdk-25-jdk-headless python3-venv
COPY . /tunebook
RUN /tunebook/tunebook wheel --out /wheel

FROM debian:trixie-slim
# The hub's own version, where a JupyterHub starts the image.
ARG JUPYTERHUB=""
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates openjdk-25-jdk-headless python3-venv && rm -rf /var/lib/apt/lists/*
ENV TUNEBOOK_HOME=/opt/tunebook PATH=/opt/lab/bin:$PATH PIP_NO_CACHE_DIR=1
COPY kernel/requirements-run.txt kernel/requirements-lab.txt /opt/pins/
RUN python3 -m venv /opt/lab && pip install -r /opt/pins/requirements-lab.txt ${JUPYTERHUB:+jupyterhub==$JUPYTERHUB}
COPY --from=wheel /wheel /opt/wheel
RUN pip install /opt/wheel/*.whl && tunebook kernel install

# Binder names the user.
ARG NB_USER=jovyan NB_UID=1000
ENV HOME=/srv/course
RUN useradd --uid $NB_UID --home-dir $HOME --create-home $NB_USER
USER $NB_USER
WORKDIR $HOME
RUN tunebook course .
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser", "--LabApp.default_url=/lab/tree/notebooks"]
