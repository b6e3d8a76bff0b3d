#!/usr/bin/env bash
# Installs what the tests need besides Node: three browsers with their decoders, ffmpeg, libtiff's tools, a font, an X server without a screen.
# Only what is missing is installed. Exit 1 where something is missing and cannot be installed.
set -euo pipefail

missing_packages=()
missing_programs=()

# need PROGRAM PACKAGE
need() {
  if ! command -v "$1" >/dev/null; then
    missing_programs+=("$1")
    missing_packages+=("$2")
  fi
}

# need_library FILE PACKAGE: a library that a program loads when it needs it.
need_library() {
  if [[ "$(uname)" == Linux ]] && ! compgen -G "/usr/lib/*/$1" >/dev/null; then
    missing_programs+=("$1")
    missing_packages+=("$2")
  fi
}

need chromium chromium
need firefox-esr firefox-esr
need WebKitWebDriver webkit2gtk-driver
need_library gstreamer-1.0/libgstlibav.so gstreamer1.0-libav
need_library gstreamer-1.0/libgstvideoparsersbad.so gstreamer1.0-plugins-bad
need_library gstreamer-1.0/libgstopengl.so gstreamer1.0-gl
need_library dri/swrast_dri.so libgl1-mesa-dri
need ffmpeg ffmpeg
need ffprobe ffmpeg
need tiffcp libtiff-tools
need qrencode qrencode
need Xvfb xvfb
need xvfb-run xvfb
need xauth xauth
if [[ "$(uname)" == Linux && ! -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ]]; then
  if ! { command -v fc-list >/dev/null && fc-list | grep -qi dejavu; }; then
    missing_programs+=("the DejaVu fonts")
    missing_packages+=(fonts-dejavu-core)
  fi
fi

install() {
  echo "test tools: installing $*"
  local patience=(-o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 -o Acquire::Retries=1)
  "${as_root[@]}" apt-get "${patience[@]}" update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "${patience[@]}" install -y -q --no-install-recommends "$@"
}

as_root=()
[[ "$(id -u)" == 0 ]] || as_root=(sudo)

# Chromium without windows: the browser tests run in two thirds of the time with it, and without it where a distribution has none.
if ! command -v chromium-headless-shell >/dev/null && command -v apt-get >/dev/null; then
  install chromium-headless-shell || echo "test tools: no chromium-headless-shell here, the browser tests take longer"
fi

if (( ${#missing_packages[@]} == 0 )); then
  echo "test tools: all there"
  exit 0
fi

say_missing() {
  echo "test tools: missing: $(IFS=,; echo "${missing_programs[*]}" | sed 's/,/, /g')" >&2
  echo "$1" >&2
  exit 1
}

if ! command -v apt-get >/dev/null; then
  say_missing "This machine has no apt-get. Install them with its own package manager: Chromium, Firefox, WebKitGTK's WebKitWebDriver and MiniBrowser with GStreamer's plugins (libav, bad, gl) and Mesa's drivers, ffmpeg with ffprobe, libtiff's tools (tiffcp), qrencode, Xvfb with xvfb-run and xauth, the DejaVu fonts; then run this again."
fi

if [[ "$(id -u)" != 0 ]] && ! command -v sudo >/dev/null; then
  say_missing "Neither root nor sudo here. As root: apt-get install $(printf '%s\n' "${missing_packages[@]}" | sort -u | tr '\n' ' ')"
fi

mapfile -t packages < <(printf '%s\n' "${missing_packages[@]}" | sort -u)
install "${packages[@]}"
