#!/bin/sh
# JupyterLab with the Tunebook kernel, opened at the notebooks. More arguments go to JupyterLab.
set -eu
cd "$(dirname "$0")"
export TUNEBOOK_HOME="$PWD/home"
if [ -d jdk ]; then export TUNEBOOK_JAVA_HOME="$PWD/jdk"; fi
exec env/bin/jupyter lab --ServerApp.root_dir="$PWD" --LabApp.default_url=/lab/tree/notebooks "$@"
