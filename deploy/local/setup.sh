#!/bin/sh
# Make .venv from the lock file on a machine that has python3 at least; a second run does nothing.
# Order of finding uv: on PATH, made earlier in var/tools, a virtual environment's pip, the system's pip, Debian's packages.
set -eu
cd "$(dirname "$0")/../.."

tools=var/tools
marker=.venv/.huiying-setup
fingerprint=$(cat uv.lock pyproject.toml | cksum)

fail() {
    printf '%s\n%s\n' "$1" "$2" >&2
    exit 2
}

if [ -x .venv/bin/python ] && [ "$(cat "$marker" 2>/dev/null)" = "$fingerprint" ]; then
    exit 0
fi

command -v python3 >/dev/null 2>&1 || fail \
    "缺少 python3（需要 3.11 或更新）：请先安装，例如 apt-get install python3。" \
    "python3 is missing (3.11 or newer is needed): install it first, for example apt-get install python3"
mkdir -p "$tools" 2>/dev/null && [ -w "$tools" ] || fail \
    "无法写入 $(pwd)/var：请修改其权限。" \
    "cannot write to $(pwd)/var: change its permissions"

with_venv() {
    rm -rf "$tools/uv-venv"
    python3 -m venv "$tools/uv-venv" >/dev/null 2>&1 && "$tools/uv-venv/bin/python" -m pip install -q uv
}

with_pip() {
    python3 -m pip --version >/dev/null 2>&1 && python3 -m pip install -q --target "$tools/uv-target" uv
}

with_apt() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    echo "安装 Debian 软件包 python3-venv / installing the Debian package python3-venv"
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q python3-venv && with_venv
}

find_uv() {
    for uv in "$(command -v uv || true)" "$tools/uv-venv/bin/uv" "$tools/uv-target/bin/uv"; do
        [ -n "$uv" ] && "$uv" --version >/dev/null 2>&1 && return 0
    done
    return 1
}

if ! find_uv; then
    echo "准备 uv / getting uv (into $tools)"
    with_venv || with_pip || with_apt || fail \
        "无法取得 uv：请安装 python3-venv（apt-get install python3-venv）或 uv，并确认能访问软件包索引，然后重试。" \
        "could not get uv: install python3-venv (apt-get install python3-venv) or uv, see that the package index can be reached, and try again"
    find_uv || fail "uv 已安装但无法运行：请删除 $tools 后重试。" "uv was installed but does not run: delete $tools and try again"
fi

echo "安装依赖 / installing what the lock file names (.venv)"
umask 022
# Compiled now, once: otherwise every start compiles the libraries anew where Python may not write its cache, 4 s instead of 2.
# The second time with the system's certificates, which a network that inspects TLS needs and a bare machine may lack.
"$uv" sync --frozen --compile-bytecode || UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 "$uv" sync --frozen --compile-bytecode || fail \
    "依赖安装失败：原因见上面 uv 的输出；请确认能访问软件包索引，然后重试。" \
    "installing the dependencies failed, uv says why above: see that the package index can be reached, and try again"
printf '%s' "$fingerprint" >"$marker"
