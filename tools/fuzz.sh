#!/usr/bin/env bash
# Fuzzes all that reads what others wrote: every target of fuzz/, from its kept corpus.
#
#   tools/fuzz.sh [--keep] [SECONDS [TARGET…]]
#
# Each target runs for SECONDS (20). One line a target says how often it ran; a finding ends with
# status 1, and its input lies in fuzz/artifacts/TARGET/. The corpus stays as it is, unless --keep
# asks for what was new, minimised. Needs cargo-fuzz and a C++ compiler; stable Rust will do.
set -euo pipefail
cd "$(dirname "$0")/.."

keep=no
if [ "${1:-}" = --keep ]; then
    keep=yes
    shift
fi
seconds=${1:-20}
shift || true
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(sed -n 's/^name = "\([a-z_]*\)"$/\1/p' fuzz/Cargo.toml)
fi

# The longest input that is of use, in octets.
longest() {
    case $1 in
        date_words) echo 160 ;;
        address) echo 600 ;;
        smtp_reply) echo 6000 ;;
        config | template) echo 2500 ;;
        *) echo 8000 ;;
    esac
}

# The program itself forbids unsafe code, so that no sanitizer is needed for what is looked for
# here: panics, overflows, endless loops, and what the targets assert.
host=$(rustc -vV | sed -n 's/^host: //p')
cargo fetch --locked --manifest-path fuzz/Cargo.toml
cargo fuzz build --sanitizer none

new=$(mktemp -d)
trap 'rm -r "$new"' EXIT
found=0
for target in "${targets[@]}"; do
    corpus=fuzz/corpus/$target
    fresh=$new/$target
    mkdir -p "$fresh" "$corpus" "fuzz/artifacts/$target"
    options=(-max_len="$(longest "$target")" -timeout=20 -rss_limit_mb=4096)
    options+=(-artifact_prefix="fuzz/artifacts/$target/")
    # A change is not to fail by chance: where CI is set, each run tries the same inputs.
    if [ -n "${CI:-}" ]; then
        options+=(-seed=1)
    fi
    if [ -f "fuzz/dictionaries/$target" ]; then
        options+=(-dict="fuzz/dictionaries/$target")
    fi
    program=fuzz/target/$host/release/$target
    log=$new/$target.log
    status=ok
    "$program" "${options[@]}" -max_total_time="$seconds" -print_final_stats=1 "$fresh" "$corpus" \
        >"$log" 2>&1 || status=FINDING
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    printf '%-12s %10s runs, %4s new inputs: %s\n' "$target" "${runs:-0}" "$(find "$fresh" -type f | wc -l)" "$status"
    if [ "$status" != ok ]; then
        found=1
        grep -v '^#' "$log" | tail -n 40
    elif [ "$keep" = yes ]; then
        merged=$new/$target.merged
        mkdir "$merged"
        "$program" "${options[@]}" -merge=1 "$merged" "$corpus" "$fresh" >"$log" 2>&1
        rm -r "$corpus"
        mv "$merged" "$corpus"
    fi
done
exit $found
