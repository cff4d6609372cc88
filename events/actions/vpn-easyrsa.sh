# Read by the actions of the VPN: names, settings, and the PKI of Easy-RSA in /etc/openvpn/easy-rsa.
#
# `pki` there is a link to the folder in force. Every change is made in a copy, and then the link is turned: whatever cuts
# an action off, the PKI is as it was or as it should be, and no client is half made. It is made once, and never again:
# a new authority would void every profile that was given out.
. "$(dirname "$(readlink -f "$0")")/settings.sh"
umask 077
export LC_ALL=C
root=${GABARIT_ROOT:-}
root=${root%/}
home=$root/etc/openvpn/easy-rsa
pki=$home/pki
store=$home/.gabarit
work=

fail() {
    echo "$1" >&2
    exit 1
}

# What may stand in a certificate, in a path and in a shell. The keys ca.key and ta.key lie beside those of clients.
check_client_name() {
    case $1 in
        '' | server-* | ca | ta | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*)
            fail "not the name of a client (letters, digits and . _ -, not server-..., ca, ta): $1" ;;
    esac
    [ "${#1}" -le 64 ] || fail "the name of a client has at most 64 characters: $1"
}

# What db or config print. Of what is not there they say nothing; whatever else ends them is an error, and none of it is
# taken for an empty answer.
ask_database() {
    answer=$("$@" 2>&1) || [ -z "$answer" ] || fail "$answer"
    printf '%s\n' "$answer"
}

# What the record of a client says: client_type (empty without a record), client_status, client_passphrase.
read_client() {
    shown=$(ask_database db vpn show "$1")
    client_type=$(printf '%s\n' "$shown" | sed -n '1s/.*=//p')
    client_status=$(printf '%s\n' "$shown" | sed -n 's/^    status=//p')
    client_passphrase=
    if printf '%s\n' "$shown" | grep -q '^    Passphrase=.'; then client_passphrase=$(db vpn getprop "$1" Passphrase); fi
}

# Key and certificate of the client that was read, in the place of former ones. A passphrase goes through the environment.
certify_client() {
    rm -f "$work/issued/$1.crt" "$work/private/$1.key" "$work/reqs/$1.req"
    if [ -n "$client_passphrase" ]; then
        export client_passphrase EASYRSA_PASSOUT=env:client_passphrase
        easyrsa build-client-full "$1"
        unset EASYRSA_PASSOUT client_passphrase
    else
        easyrsa build-client-full "$1" nopass
    fi
}

# The settings, and which VPN servers are enabled.
read_servers() {
    read_settings
    servers=$(printf '%s\n' "$settings" | awk -F '\t' '
        $1 ~ /^openvpn(-[a-z0-9-]+)?$/ && $2 == "status" && $3 == "enabled" { print $1 }')
}

# Whether a certificate is missing or ends within so many days.
ends_within() {
    ! openssl x509 -in "$1" -noout -checkend "$(($2 * 86400))" >/dev/null 2>&1
}

# The same of a revocation list. A list that has ended keeps everybody out.
list_ends_within() {
    end=$(openssl crl -in "$1" -noout -nextupdate 2>/dev/null) || return 0
    [ "$(date -d "${end#*=}" +%s)" -le "$(($(date +%s) + $2 * 86400))" ]
}

# One action at a time; what an earlier one left behind is taken up or away.
find_pki() {
    [ -d "$root/etc/openvpn" ] || install -d -m 755 "$root/etc/openvpn"
    mkdir -p "$store"
    exec 9>"$store/.lock"
    flock -w 60 9 || fail "another action has held $store/.lock for a minute"
    rm -rf "$store"/new.* "$store/vars" "$store/log" "$store/link"
    # One that was here before gabarit. When this is cut off, the next action finds it below.
    if [ -d "$pki" ] && [ ! -L "$pki" ]; then mv -T "$pki" "$store/pki.first"; fi
    set -- "$store"/pki.*
    if [ ! -e "$pki" ] && [ -d "$1" ]; then
        [ $# -eq 1 ] || fail "$pki is missing, and which of these was it: $*? Put it back: ln -s .gabarit/NAME $pki"
        ln -sfn ".gabarit/${1##*/}" "$pki"
    fi
    current=$(readlink "$pki" || true)
    case $current in
        '') ;;
        .gabarit/pki.*) for left in "$@"; do [ "$left" = "$home/$current" ] || rm -rf "$left"; done ;;
        *) fail "$pki is a link to $current: gabarit works on a folder pki in $home" ;;
    esac
}

# Begins a change, unless one has begun: a copy to work on. What is in its folders is never rewritten in place by Easy-RSA
# and openssl, so links will do there.
begin_pki() {
    [ -z "$work" ] || return 0
    program=
    for file in /usr/share/easy-rsa/easyrsa /usr/share/easy-rsa/3/easyrsa; do
        [ ! -x "$file" ] || program=$file
    done
    [ -n "$program" ] || fail "Easy-RSA is not installed: apt-get install easy-rsa"
    work=$(mktemp -d "$store/new.XXXXXX")
    trap 'rm -rf "$work" "$store/vars" "$store/log"' EXIT
    expand-template --stdout /etc/openvpn/easy-rsa/vars >"$store/vars"
    ca_passphrase=$(ask_database config getprop easyrsa CAPassphrase)
    if [ -n "$ca_passphrase" ]; then
        export ca_passphrase EASYRSA_PASSIN=env:ca_passphrase
    fi
    if [ ! -d "$pki" ]; then
        easyrsa init-pki
        return 0
    fi
    for part in "$pki"/* "$pki"/.[!.]*; do
        if [ -d "$part" ]; then
            cp -al -- "$part" "$work/"
        elif [ -e "$part" ]; then
            cp -a -- "$part" "$work/"
        fi
    done
}

# Runs Easy-RSA on the copy. It talks much; that is shown when it fails. Passphrases go through the environment, which
# only root can read.
easyrsa() {
    EASYRSA_VARS_FILE=$store/vars EASYRSA_PKI=$work EASYRSA_BATCH=1 EASYRSA_SILENT=1 \
        "$program" "$@" >"$store/log" 2>&1 9>&- </dev/null || {
        cat "$store/log" >&2
        fail "easyrsa $1 failed; the PKI is as it was"
    }
}

# Puts the copy in force.
commit_pki() {
    [ -n "$work" ] || return 0
    rm -f "$work/vars" "$work/vars.example"
    new=pki.${work##*/new.}
    # What is new in it is on the disk before it is in force; all else is there already.
    find "$work" \( -type d -o -type f -links 1 \) -exec sync {} +
    mv -T "$work" "$store/$new"
    ln -s ".gabarit/$new" "$store/link"
    mv -T "$store/link" "$pki"
    sync "$store" "$home"
    [ -z "$current" ] || rm -rf "${home:?}/$current"
    current=.gabarit/$new
    work=
}

# install_file SOURCE TARGET MODE: replaced at once, and only when it differs.
install_file() {
    target=$root$2
    if cmp -s "$1" "$target"; then return 0; fi
    [ -d "${target%/*}" ] || install -d -m 755 "${target%/*}"
    install -m "$3" "$1" "$target.new"
    sync "$target.new"
    mv -f "$target.new" "$target"
}

# Whether a certificate is that of our authority, with whatever end: it has the same key.
is_ours() {
    its=$(openssl x509 -in "$1" -noout -pubkey 2>/dev/null) || return 1
    [ "$its" = "$(openssl x509 -in "$pki/ca.crt" -noout -pubkey 2>/dev/null)" ]
}

# Whether a server has certificates of an authority elsewhere: then its files are none of our business.
is_foreign() {
    [ -e "$root$(setting "$1" caFile)" ] || return 1
    if is_ours "$root$(setting "$1" caFile)"; then return 1; fi
    subject=$(openssl x509 -in "$root$(setting "$1" certFile)" -noout -subject -nameopt multiline 2>/dev/null) || return 1
    ! echo "$subject" | grep -qx " *commonName *= server-$1"
}

# Whether the certificate of a server is missing or due: within RenewDays of its end, and never in the first half of its
# life, so that a short one is not renewed every night.
server_ends() {
    days=$(setting easyrsa RenewDays)
    half=$(($(setting easyrsa CertExpire) / 2 + 1))
    [ "$days" -le "$half" ] || days=$half
    ends_within "$pki/issued/server-$1.crt" "$days"
}

# The key of a server stays, so that a new certificate is one file that changes.
certify_server() {
    begin_pki
    name=server-$1
    if [ -f "$work/reqs/$name.req" ] && [ -f "$work/private/$name.key" ]; then
        echo "renewing the certificate of the server $1"
        rm -f "$work/issued/$name.crt"
        easyrsa sign-req server "$name"
    else
        echo "making the certificate of the server $1"
        rm -f "$work/issued/$name.crt" "$work/reqs/$name.req" "$work/private/$name.key"
        easyrsa build-server-full "$name" nopass
    fi
}

# A new revocation list when the old one ends soon.
renew_list() {
    list_ends_within "$pki/crl.pem" "$(setting easyrsa RenewDays)" || return 0
    begin_pki
    echo "making a new revocation list"
    easyrsa gen-crl
}

# The key that wraps what a server and its clients say. All share one, but those that had another when they were taken over.
tls_key() {
    own=$pki/private/server-$1.tls.key
    if [ -f "$own" ]; then echo "$own"; else echo "$pki/private/ta.key"; fi
}

# The certificate of a server. One that runs with a former one is noted before, so that a crash behind it forgets no restart.
install_certificate() {
    issued=$pki/issued/server-$1.crt
    served=$(setting "$1" certFile)
    if [ -e "$root$served" ] && ! cmp -s "$issued" "$root$served"; then
        echo "$1" >>"$store/restart"
        sync "$store/restart" "$store"
    fi
    install_file "$issued" "$served" 644
}

# Servers read their certificates when they start. One that could not be restarted is tried again by the next event.
restart_renewed() {
    [ -s "$store/restart" ] || return 0
    waiting=$(sort -u "$store/restart")
    failed=
    for server in $waiting; do
        echo "$servers" | grep -qxF "$server" || continue
        gabarit vpn restart "$server" 9>&- || failed="$failed $server"
    done
    if [ -n "$failed" ]; then
        printf '%s\n' $failed >"$store/restart"
        fail "not restarted with the new certificate:$failed. It is tried again by the next event, and tonight"
    fi
    rm -f "$store/restart"
}

# The revocation list, for every server of our authority. Read at each connection by an unprivileged user.
install_list() {
    [ -f "$pki/crl.pem" ] || return 0
    for server in $servers; do
        if is_foreign "$server"; then continue; fi
        install_file "$pki/crl.pem" "$(setting "$server" crlFile)" 644
    done
}

# serials STATE NAME: serial numbers of the certificates of a name that are valid (V) or revoked (R), as in ca(1).
serials() {
    awk -F '\t' -v state="$1" -v name="/CN=$2/" '
        $1 == state && index($6 "/", name) { print $4 }' "$pki/index.txt"
}

# revoke_serial NAME SERIAL REASON: Easy-RSA revokes what stands in `issued`. A client may have more than one certificate.
revoke_serial() {
    rm -f "$work/issued/$1.crt"
    cp "$work/certs_by_serial/$2.pem" "$work/issued/$1.crt"
    easyrsa revoke "$1" "$3"
}
