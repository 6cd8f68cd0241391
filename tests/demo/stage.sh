# A stage for the demo and the benchmarks, to be sourced by bash: a temporary root, a private bus that starts scepd and
# scepd-deploy when somebody calls them, and the test CA, all as the calling user. Everything ends with the shell.
#
#   stage_up BIN [options of scepd-test-ca...]   BIN: the directory of the built programs
#
# Afterwards $ROOT is the temporary root, $CA_URL and $CA_FINGERPRINT name the CA, and scepctl talks to this scepd.

stage_fail() {
    echo "stage: $*" >&2
    exit 1
}

# stage_service NAME COMMAND
stage_service() {
    printf '[D-BUS Service]\nName=%s\nExec=%s\n' "$1" "$2" > "$ROOT/run/services/$1.service"
}

stage_bus() {
    mkdir -p "$ROOT/run/services"
    stage_service org.scepd1 "$BIN/scepd --root=$ROOT --enroll-program=$BIN/scepd-enroll"
    stage_service org.scepd1.Deployer "$BIN/scepd-deploy --root=$ROOT"
    cat > "$ROOT/run/bus.conf" << EOF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=$ROOT/run/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>$ROOT/run/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
EOF
    export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$ROOT/run/bus
    exec {BUS_OUT}< <(exec dbus-daemon --config-file="$ROOT/run/bus.conf" --nofork --nopidfile --print-address 2> "$ROOT/log")
    BUS_PID=$!
    read -r -t 20 -u "$BUS_OUT" || stage_fail "dbus-daemon does not start: $(cat "$ROOT/log")"
}

stage_ca() {
    exec {CA_OUT}< <(exec "$BIN/scepd-test-ca" --state "$ROOT/ca" "$@" 2> "$ROOT/ca.log")
    CA_PID=$!
    read -r -t 20 -u "$CA_OUT" _ CA_URL CA_FINGERPRINT || stage_fail "the test CA does not start: $(cat "$ROOT/ca.log")"
}

stage_up() {
    BIN=$(realpath "$1")
    shift
    PATH=$BIN:$PATH
    ROOT=$(mktemp --directory --tmpdir scepd-stage-XXXXXX)
    trap stage_down EXIT
    mkdir -p "$ROOT/etc/scepd/profiles.d" "$ROOT/run/systemd/timesync"
    : > "$ROOT/run/systemd/timesync/synchronized" # the clock of this stage is right
    head --bytes=16 /dev/urandom | od --address-radix=n --format=x1 | tr --delete ' \n' > "$ROOT/etc/machine-id"
    stage_bus
    stage_ca "$@"
}

# Without the bus scepd and its deployer end by themselves; whoever does not within ten seconds is killed.
stage_down() {
    trap - EXIT
    local pids
    pids=$(pgrep --full -- "--root=$ROOT( |\$)" || true)
    kill ${BUS_PID-} ${CA_PID-} 2> /dev/null || true
    for pid in $pids ${BUS_PID-} ${CA_PID-}; do
        timeout 10 tail --pid="$pid" --follow /dev/null || kill -KILL "$pid"
    done
    rm -rf "$ROOT"
}
