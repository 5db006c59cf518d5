#!/bin/sh
# Installs Tunebook out of this folder and into it; nothing is fetched. Then ./lab.sh starts JupyterLab.
set -eu
cd "$(dirname "$0")"
export TUNEBOOK_HOME="$PWD/home" PIP_NO_INDEX=1 PIP_FIND_LINKS="$PWD/wheels" PIP_DISABLE_PIP_VERSION_CHECK=1
if [ -d jdk ]; then export TUNEBOOK_JAVA_HOME="$PWD/jdk"; fi
"${PYTHON:-python3}" -m venv env
env/bin/pip install --quiet jupyterlab tunebook
mkdir -p env/share/jupyter/lab/settings
cp overrides.json env/share/jupyter/lab/settings/
env/bin/tunebook kernel install
env/bin/tunebook course .
echo "Installed. Start JupyterLab with $PWD/lab.sh"
