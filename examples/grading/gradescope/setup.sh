#!/usr/bin/env bash
# Gradescope runs this once, when it builds the assignment's image: it installs what is needed and builds
# parley-conform. Other paths can be given in the environment, to try it at home.
set -euo pipefail

autograder=${AUTOGRADER:-/autograder}
parley=${PARLEY_SOURCE:-$autograder/source/parley}

# What parley-conform alone is built with, and what the submissions run on, by the names of Debian and Ubuntu.
packages=(g++ cmake ninja-build libcli11-dev nlohmann-json3-dev libtomlplusplus-dev libutf8proc-dev libvterm-dev
  python3 default-jdk-headless bubblewrap)

if [ "$(id -u)" -eq 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  apt-get install -y --no-install-recommends "${packages[@]}"
fi

cmake -S "$parley" -B "$autograder/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPARLEY_CONFORMANCE=ONLY \
  -DPARLEY_BIN_DIR="$autograder/bin"
cmake --build "$autograder/build"
"$autograder/bin/parley-conform" --version
