#!/bin/sh
# Build helm and kubeconform with the machine's Go into var/tools/bin: what the chart is checked with. About three minutes, once.
# Exit status 1 where they cannot be had; the tests that want them then say so.
set -eu
cd "$(dirname "$0")/../.."
place=$(pwd)/var/tools/bin
command -v go >/dev/null 2>&1 || { echo "no Go here: helm and kubeconform cannot be had" >&2; exit 1; }
mkdir -p "$place"
for tool in helm.sh/helm/v3/cmd/helm@v3.18.6 github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0; do
    name=${tool##*/}
    [ -x "$place/${name%@*}" ] || GOBIN=$place go install "$tool"
done
