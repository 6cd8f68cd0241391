# What the benchmarks share, to be sourced by bash: milliseconds in, a row of a table out. $runs says how often.

# Microseconds since the epoch.
clock() { echo "${EPOCHREALTIME/[.,]/}"; }

# milliseconds_since CLOCK
milliseconds_since() { echo "$((($(clock) - $1 + 500) / 1000))"; }

# Milliseconds of a command, $runs times, one line each.
each() {
    local i start
    for ((i = 0; i < runs; i++)); do
        start=$(clock)
        "$@" > /dev/null 2>&1
        milliseconds_since "$start"
    done
}

# "LABEL  min  median  90 %  max" of the numbers on standard input.
row() {
    sort --numeric-sort | awk -v label="$1" '
        { value[NR] = $1 }
        END { printf "%-58s %6d %6d %6d %6d ms\n", label, value[1], value[int((NR + 1) / 2)], value[int((NR * 9 + 9) / 10)], value[NR] }'
}

# switches PID: how often it has run so far.
switches() { awk '/ctxt/ {n += $2} END {print n}' "/proc/$1/status"; }

# quiet SECONDS
quiet() { read -r -t "$1" _ <> <(:) || true; }

# How often a process wakes up while nothing happens.
wake_ups() {
    local before
    before=$(switches "$1")
    quiet 10
    echo "wake-ups in 10 idle seconds: $(($(switches "$1") - before))"
}
