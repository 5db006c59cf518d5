"""The Tunebook kernel for Jupyter: finds a JDK 25, and starts the Java kernel with the right flags."""
