# Sourced by scenarios: what every preset promises, shown with the real daemon. A file of this folder describes a consumer:
#
#     certificate=web             the certificate's name in the example configuration
#     unit=nginx.service          what runs
#     port=443 speaks=https       how it is visited (see visit)
#     installed=FILE              where it reads its certificate
#     deploy='...' extra='...'    further lines of the profile's [[deploy]] and [certificate]; usage= when it is not web
#     graceful=yes                no visit fails while it takes a new certificate
#     keeps=yes                   its main process stays when it takes a new certificate
#     broken=FILE mistake='...'   a line that makes its configuration invalid; empty when it has none that counts
#     also_stop=UNIT              stopped with it at the end
#     set_up                      configures it as its administrator does, before it runs
#     also                        what else is to be shown, if anything
# shellcheck shell=bash
# shellcheck disable=SC2154 # those variables come from the preset's file
. /lab/lib.sh

served() {
    /lab/visit "$port" "$speaks" | serial /dev/stdin
}

serves() {
    [ "$(served)" = "$1" ]
}

main_process() {
    systemctl show --property MainPID --value "$unit"
}

profile() {
    cat <<TOML
[scep]
url = "http://scep.example.com:8080/scep"
ca-fingerprint = "sha256:$(fingerprint /srv/far/ca/ca.pem)"
challenge.type = "static"
challenge.file = "/etc/scepd/secrets/lab"
retry-delay = "20s"
retry-delay-max = "20s"

[certificate.$certificate]
usage = "$usage"
subject = "CN=\${fqdn},OU=Lab,O=Example"
key = ${key:-{ type = \"ec\" \}}
${extra-}

[[certificate.$certificate.deploy]]
preset = "$preset"
$deploy
TOML
}

# asks_for_rsa BITS: the profile asks for another key.
asks_for_rsa() {
    key="{ type = \"rsa\", bits = $1 }"
    profile | drop "$preset"
    scepctl reload >/dev/null
}

# The daemon lives and shows what is installed.
lives() {
    await 10 "$unit is active" systemctl --quiet is-active "$unit"
    await 10 "$unit shows what is installed" serves "$(serial "$installed")"
}

# Nothing that was staged lies about and no file is empty.
tidy() {
    expect "nothing is left beside" [ -z "$(find "$(dirname "$installed")" -name '.*.scepd' -o -type f -empty)" ]
}

begin() {
    drop "$preset" < <(profile)
    await 60 "$certificate is held" in_state "$certificate" valid
    set_up
    systemctl start "$unit"
    await 20 "$unit shows the certificate" serves "$(serial "$installed")"
}

swap() {
    local pid visitors result former
    former=$(serial "$installed")
    pid=$(main_process)
    touch /run/visited
    /lab/visit "$port" "$speaks" /run/visited >/run/visits &
    visitors=$!
    scepctl renew --wait --timeout 60s "$certificate" >/dev/null
    expect "another certificate is installed" [ "$(serial "$installed")" != "$former" ]
    lives
    rm /run/visited
    wait "$visitors"
    result=$(cat /run/visits)
    [ "${graceful-}" != yes ] || expect "no visit fails: $result" [ "${result%% *}" = none ]
    if [ "${keeps-}" = yes ]; then
        expect "the main process stays" [ "$(main_process)" = "$pid" ]
    fi
    tidy
    told=$result
}

# installed_again: it may be at work on the certificate when it is asked.
installed_again() {
    await 20 "$certificate is installed again" scepctl redeploy "$certificate"
}

# refused WORDS: for a reason with these words?
refused() {
    ! scepctl redeploy "$certificate" >/run/refusal 2>&1 && grep -q "$1" /run/refusal
}

# The deployer's own check of the pair comes before anything else.
bad_pair() {
    local former pid held
    held=/var/lib/scepd/certificates/$certificate/generation-$(number "$certificate" Generation)
    former=$(served)
    pid=$(main_process)
    cp --preserve=all "$held/key.pem" /run/right.pem
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 >"$held/key.pem"
    await 20 "a key of another certificate is refused" refused "does not belong to the certificate"
    expect "the same process runs" [ "$(main_process)" = "$pid" ]
    expect "it serves what it did" serves "$former"
    tidy
    cp --preserve=all /run/right.pem "$held/key.pem"
    installed_again
    lives
    told=refused
}

# A mistake of the administrator must not end what runs; once it is mended all is well.
mistake_of_the_administrator() {
    local former
    former=$(served)
    if [ -z "${broken-}" ]; then
        told=-
        return
    fi
    rm -f /run/right.configuration
    [ ! -e "$broken" ] || cp --preserve=all "$broken" /run/right.configuration
    printf '%s\n' "$mistake" >>"$broken"
    told=installed
    scepctl renew --wait --timeout 60s "$certificate" >/run/answer 2>&1 || told="put back"
    sed 's/^/    /' /run/answer
    expect "$unit is active" systemctl --quiet is-active "$unit"
    expect "it serves the old or the new certificate" eval 'serves "$former" || serves "$(serial "$installed")"'
    tidy
    rm "$broken"
    [ ! -e /run/right.configuration ] || cp --preserve=all /run/right.configuration "$broken"
    installed_again
    expect "$certificate is valid" in_state "$certificate" valid
    lives
    tidy
}

back() {
    local former
    former=$(serial "$installed")
    await 20 "the generation before is installed" scepctl rollback "$certificate"
    expect "an older certificate is installed" [ "$(serial "$installed")" != "$former" ]
    lives
    tidy
    told=served
}

finish() {
    expect "$unit is active at the end" systemctl --quiet is-active "$unit"
    systemctl stop "$unit" ${also_stop:+"$also_stop"} 2>/dev/null
    rm "/etc/scepd/profiles.d/$preset.toml"
    await 10 "$certificate is unknown" eval '! state "$certificate"'
    await 20 "$certificate is purged" scepctl purge "$certificate"
    expect "nothing of it is left" eval '! [ -e "$installed" ]'
}

# drill PRESET: prints one line of the table.
drill() {
    local told swapped bad mistaken
    preset=$1 usage=web deploy=
    . "/lab/presets/$preset"
    begin
    swap
    swapped=$told
    bad_pair
    bad=$told
    mistake_of_the_administrator
    mistaken=$told
    [ -z "$(type -t also)" ] || also
    back
    finish
    row "$preset" "$swapped" "$bad" "$mistaken" "$told" alive
}

row() {
    printf '%-14s  %-28s  %-9s  %-22s  %-9s  %s\n' "$@" | tee -a /run/table
}

# drill_all PRESET...: each on its own, so that none sees the variables of another; then the table again.
drill_all() {
    local one
    dpkg --install /opt/scepd.deb >/dev/null
    /lab/far/setup far-test-ca
    systemctl stop nginx
    echo lab-challenge | install --mode=0640 --group=scepd /dev/stdin /etc/scepd/secrets/lab
    # Scenarios restart more often in ten seconds than systemd lets a unit start.
    for one in service socket; do
        mkdir -p "/run/systemd/system/$one.d"
        printf '[Unit]\nStartLimitIntervalSec=0\n' >"/run/systemd/system/$one.d/often.conf"
    done
    systemctl daemon-reload
    row preset swap 'bad pair' 'broken configuration' rollback daemon >/dev/null
    for one in "$@"; do
        say "$one"
        (drill "$one")
    done
    say "all presets"
    cat /run/table
}
