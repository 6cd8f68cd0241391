# Sourced by what runs inside a machine of the lab.
# shellcheck shell=bash
set -euo pipefail
# Whatever ends a scenario says where.
trap 'printf "ended with %s at line %s: %s\n" "$?" "$LINENO" "$BASH_COMMAND" >&2' ERR

examples=/usr/share/doc/scepd/examples

say() {
    printf '\n== %s\n' "$*"
}

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

expect() {
    local what=$1
    shift
    "$@" || fail "$what: $*"
}

# await SECONDS WHAT COMMAND...: until COMMAND succeeds; WHAT is said when it does not in time.
await() {
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || fail "$what: not in time: $*"
        sleep 0.1
    done
}

# What was just logged is in it.
journalctl() {
    command journalctl --sync
    command journalctl "$@"
}

# await_at_once WHAT COMMAND...: busy on purpose, because what is waited for lasts some milliseconds.
await_at_once() {
    local deadline=$((SECONDS + 20)) what=$1
    shift
    until "$@" >/dev/null; do
        [ $SECONDS -lt $deadline ] || fail "$what: not in time: $*"
    done
}

# Runs a command at the far end of the wire.
far() {
    ip netns exec far "$@"
}

far_listens() {
    far ss --listening --tcp --numeric --no-header "sport = :$1" | grep -q .
}

as_nobody() {
    setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs "$@"
}

# serial FILE: the certificate's serial number in hex, as scepd and hostapd print it (without leading zeros, lower case).
serial() {
    openssl x509 -in "$1" -noout -serial | sed 's/serial=0*//' | tr 'A-F' 'a-f'
}

fingerprint() {
    openssl x509 -in "$1" -noout -fingerprint -sha256 | sed 's/.*=//'
}

# drop_profile NAME: the package's example NAME.toml with the address and the pin of the far end's CA, renamed into place.
drop_profile() {
    sed "s/^ca-fingerprint = .*/ca-fingerprint = \"sha256:$(fingerprint /srv/far/ca/ca.pem)\"/" \
        "$examples/profiles/$1.toml" | drop "$1"
}

# drop NAME: standard input becomes the profile NAME, renamed into place.
drop() {
    local dropped=/etc/scepd/profiles.d/$1.toml
    cat >"$dropped.dropped"
    mv "$dropped.dropped" "$dropped"
}

# scep_table: what a profile says about the far end's CA. Failures are tried again soon, so that a scenario sees it.
scep_table() {
    cat <<TOML
[scep]
url = "http://scep.example.com:8080/scep"
ca-fingerprint = "sha256:$(fingerprint /srv/far/ca/ca.pem)"
legacy-replies = true
renewal-challenge = "always"
retry-delay = "2s"
retry-delay-max = "2s"
TOML
}

# object NAME: the bus object of a certificate.
object() {
    busctl call org.scepd1 /org/scepd1 org.scepd1.Manager GetCertificate s "$1" | cut -d'"' -f2
}

# property NAME PROPERTY: one property of a certificate, as busctl prints it.
property() {
    busctl get-property org.scepd1 "$(object "$1")" org.scepd1.Certificate "$2"
}

state() {
    property "$1" State | cut -d'"' -f2
}

in_state() {
    [ "$(state "$1")" = "$2" ]
}

# text NAME PROPERTY: a property that is a string, without the type and the quotes.
text() {
    property "$1" "$2" | sed -E 's/^s "(.*)"$/\1/; s/\\(["\x27])/\1/g'
}

# number NAME PROPERTY: a property that is a number, without the type.
number() {
    property "$1" "$2" | cut -d' ' -f2
}

# explains NAME STATE WORDS: is the certificate in this state for a reason with these words (an extended regular
# expression), and is a next attempt planned?
explains() {
    local all # at one moment
    all=$(busctl call org.scepd1 "$(object "$1")" org.freedesktop.DBus.Properties GetAll s org.scepd1.Certificate)
    grep -qE "\"State\" s \"$2\"" <<<"$all" && grep -qE "\"Reason\" s \"([^\"\\]|\\\\.)*($3)" <<<"$all" &&
        ! grep -qE '"NextAction" s "nothing"|"NextActionTime" t 0 ' <<<"$all"
}

# What a person reads about a certificate that is in trouble.
tell_trouble() {
    local name=$1 at
    at=$(number "$name" NextActionTime)
    printf '%s is %s\n  reason: %s\n  remedy: %s\n  next:   %s at %s (%s)\n' "$name" "$(state "$name")" \
        "$(text "$name" Reason)" "$(text "$name" Remedy)" "$(text "$name" NextAction)" \
        "$(date --date "@$((at / 1000000))" +%T)" "$(text "$name" NextActionReason)"
}

eap() {
    wpa_cli -i eth0 status | grep -E '^(EAP state|Supplicant PAE state|suppPortStatus|selectedMethod)='
}

authenticated() {
    eap | grep -qx 'EAP state=SUCCESS' && eap | grep -qx 'suppPortStatus=Authorized'
}

# Has the switch seen the supplicant with the certificate of this serial number?
switch_saw() {
    grep -iqE "peer certificate: depth=0 serial_num=0*$1 " /var/log/far/switch.log
}

# The serial number of the certificate that it saw last.
switch_saw_last() {
    sed -nE 's/.*peer certificate: depth=0 serial_num=0*([0-9a-fA-F]+) .*/\1/p' /var/log/far/switch.log | tail -n 1 |
        tr 'A-F' 'a-f'
}

# What a visitor from the far end is shown by nginx, as PEM. Debian's scepserver issues for clients only, whatever the
# request asks for, so the visitor does not judge the purpose; the chain is judged in web_shows.
web_certificate() {
    far curl --silent --insecure --output /dev/null --write-out '%{certs}' https://kiosk-7.example.com/ |
        sed -n '/BEGIN CERTIFICATE/,/END CERTIFICATE/p' | openssl x509
}

web_serial() {
    web_certificate | serial /dev/stdin
}

web_shows() {
    web_certificate | openssl verify -CAfile /srv/far/ca/ca.pem /dev/stdin >/dev/null && [ "$(web_serial)" = "$1" ]
}

log_line_arrived() {
    grep -F -- "$1" /var/log/far/devices/kiosk-7.log
}

# Sends a line through the machine's syslog and waits until the far end's log server has it.
log_line_travels() {
    logger --tag lab "$1"
    await 30 "the line arrives at the log server" log_line_arrived "$1"
    log_line_arrived "$1"
}

# Do the certificate and the key that lie on a target belong together?
pair() {
    [ "$(openssl x509 -in "$1" -noout -pubkey)" = "$(openssl pkey -in "$2" -pubout)" ]
}
