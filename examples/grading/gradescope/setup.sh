#!/usr/bin/env bash
# Gradescope runs this once, when it builds the assignment's image: it installs what is needed and builds
# parley-conform. Other paths can be given in the environment, to try it at home.
set -euo pipefail

autograder=${AUTOGRADER:-/autograder}
parley=${PARLEY_SOURCE:-$autograder/source/parley}

# What Parley is built with, and what the submissions run on.
packages=(g++ cmake ninja-build libasio-dev libcli11-dev libspdlog-dev libedit-dev doctest-dev nlohmann-json3-dev
  libtomlplusplus-dev python3 default-jdk-headless)

if [ "$(id -u)" -eq 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  apt-get install -y --no-install-recommends "${packages[@]}"
fi

version=$(cmake --version | sed -n '1s/^cmake version //p')
if [ "$(printf '%s\n' 3.25 "$version" | sort -V | head -n 1)" != 3.25 ]; then
  echo "setup.sh: Parley needs CMake 3.25, and this image has $version: choose a newer base image" >&2
  exit 1
fi

cmake -S "$parley" -B "$autograder/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPARLEY_CONFORMANCE=ON \
  -DPARLEY_BIN_DIR="$autograder/bin"
cmake --build "$autograder/build" --target parley-conform
"$autograder/bin/parley-conform" --version
