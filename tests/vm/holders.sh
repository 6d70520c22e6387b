#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The commands that conntab why prints about units, containers and tunnels, run for real: each in a
# scene made anew, and bind() must work within 10 s after it; one that only looks must find its thing.
#
#   CONNTAB=./conntab MKSOCK=build/mksock tests/vm/holders.sh [REGEX]
#
# It needs root, jq, busybox, and systemd as the first process, and runs only in a virtual machine: it
# makes users, units, containers, tunnels and rules of sudo, and leaves some. What a scene needs and is
# not there is skipped and said.

# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=../live/lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/../live/lib.sh"

PATTERN=${1-}
UNITS=/run/systemd/system
PAUSE=10			# seconds until bind() has to work
HTTPD="/bin/busybox httpd -f -h /srv -p"
skipped=0

if ! systemd-detect-virt -q --vm || [ "$(cat /proc/1/comm)" != systemd ] || [ "$(id -u)" != 0 ]; then
	echo "it runs as root in a virtual machine with systemd only: it changes much"
	exit 1
fi
for program in "$CONNTAB" "$MKSOCK" jq busybox; do
	command -v "$program" >/dev/null || { echo "$program is needed and not there"; exit 1; }
done

has() { command -v "$1" >/dev/null; }

skip() {
	echo "ok - $1 # skip: $2"
	skipped=$((skipped + 1))
}

# --- asking

# as USER COMMAND...: as that user is after a login
as() {
	local user=$1
	shift
	[ "$user" != root ] || { (cd / && "$@"); return; }
	(cd / && setpriv --reuid "$user" --regid "$user" --init-groups -- env HOME="/home/$user" USER="$user" \
		PATH="$PATH" XDG_RUNTIME_DIR="/run/user/$(id -u "$user")" "$@")
}

asks() { as "$ASKER" conntab why "$@" "${QUESTION[@]}" >"$OUT" 2>"$ERR" </dev/null; }

endings() { jq -r '.remedies[].command | values' "$OUT"; }

# What only looks stands in the text.
lookings() {
	jq -r '.remedies[] | select(.command == null) | .text | select(test("^(ask|find|look) ")) |
		sub("^[^:]*: "; "")' "$OUT"
}

binds() {
	"$MKSOCK" try addr=:: v6only=0 "port=$PORT" "proto=$PROTO" </dev/null >"$TMP/try" 2>&1
	grep -q '^try bind=OK' "$TMP/try"
}

binds_soon() {
	local end=$((SECONDS + PAUSE))
	until binds; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

is_held() { ! binds; }

make() {
	"make_$SCENE" >"$TMP/make" 2>&1 </dev/null && until_true is_held
}

unmake() {
	"unmake_$SCENE" >"$TMP/unmake" 2>&1 </dev/null
	binds_soon
}

# frees N: the Nth command, in the scene made anew
frees() {
	local command
	make || { not_ok "$TITLE: made anew" "$TMP/make" "$TMP/try"; return; }
	asks --json
	command=$(endings | sed -n "${1}p")
	as "$ASKER" timeout -k 5 60 sh -c "$command" >"$TMP/advice" 2>&1 </dev/null
	binds_soon
	judge "$TITLE: after '$command' bind() works" "$TMP/advice" "$TMP/try" "$TMP/text"
}

# finds COMMAND REGEX: it ends with 0, and what it prints names the thing. Of several commands that look
# for what it may be one must find it.
finds() {
	if as "$ASKER" timeout -k 5 60 sh -c "$1" >"$TMP/advice" 2>"$TMP/advice.err" </dev/null &&
	   grep -Eq -- "$2" "$TMP/advice"; then
		ok "$TITLE: '$1' finds it"
		looked=1
	else
		echo "# $TITLE: '$1' does not find it"
	fi
}

# scene TITLE NAME ASKER THING WORDS QUESTION...: made by make_NAME, asked by that user; THING is a
# regex for what looking finds (empty: nothing is to be found by looking); WORDS for the whole answer.
scene() {
	local thing=$4 words=$5 count i line looked=0
	TITLE="$1, asked by $3" SCENE=$2 ASKER=$3
	shift 5
	QUESTION=("$@")
	PORT=${QUESTION[-1]} PROTO=tcp
	[ "${QUESTION[0]}" != -u ] || PROTO=udp
	[[ $TITLE =~ $PATTERN ]] || return
	if ! make; then
		not_ok "$TITLE: made" "$TMP/make" "$TMP/try"
		unmake
		return
	fi
	asks
	cp "$OUT" "$TMP/text"
	sed 's/^/# /' "$TMP/text"
	tr -s ' \n' ' ' <"$TMP/text" | grep -Eq -- "$words"
	judge "$TITLE: says '$words'" "$TMP/text" "$ERR"
	asks --json
	while IFS= read -r line; do
		case $line in
		# It ends with 1, as the port is taken.
		"sudo conntab why "*) finds "$line || :" 'pid [0-9]+' ;;
		*) [ -z "$thing" ] || finds "$line" "$thing" ;;
		esac
	done < <(lookings)
	endings >"$TMP/endings"
	count=$(wc -l <"$TMP/endings")
	[ "$count" != 0 ] || [ "$looked" = 1 ]
	judge "$TITLE: has a remedy" "$TMP/text" "$TMP/advice" "$TMP/advice.err"
	for ((i = 1; i <= count; i++)); do
		unmake || not_ok "$TITLE: ended" "$TMP/unmake" "$TMP/try"
		frees "$i"
	done
	unmake || not_ok "$TITLE: ended" "$TMP/unmake" "$TMP/try"
}

# --- users

users() {
	local user
	install -m 755 "$CONNTAB" /usr/local/bin/conntab
	for user in alice bob; do
		id "$user" >/dev/null 2>&1 || useradd -m "$user"
		if has sudo; then
			echo "$user ALL=(ALL) NOPASSWD: ALL" >"/etc/sudoers.d/$user"
			chmod 440 "/etc/sudoers.d/$user"
		fi
	done
	loginctl enable-linger alice
	until_true test -S /run/user/"$(id -u alice)"/systemd/private
	mkdir -p /srv
}

has_users() {
	as alice systemctl --user show-environment >/dev/null 2>&1 &&
		systemctl --user -M alice@ show-environment >/dev/null 2>&1
}

# --- units

# unit NAME: its file, from standard input
unit() {
	cat >"$UNITS/$1"
	systemctl daemon-reload
}

units_end() {
	systemctl stop "$@"
	systemctl reset-failed "$@"
	rm -f "${@/#/$UNITS/}"
}

make_socket() {
	printf '[Service]\nExecStart=/bin/busybox sleep 1000\n' | unit held.service
	printf '[Socket]\nListenStream=7101\n' | unit held.socket
	systemctl start held.socket
}
unmake_socket() { units_end held.socket held.service; }

make_started() {
	make_socket && systemctl start held.service
}
unmake_started() { unmake_socket; }

make_datagrams() {
	printf '[Service]\nExecStart=/bin/busybox sleep 1000\n' | unit grams.service
	printf '[Socket]\nListenDatagram=7102\n' | unit grams.socket
	systemctl start grams.socket grams.service
}
unmake_datagrams() { units_end grams.socket grams.service; }

# connects PORT N: so many connections, open until `disconnects`
connects() {
	CLIENTS=()
	local i fd
	for ((i = 0; i < $2; i++)); do
		exec {fd}<>"/dev/tcp/127.0.0.1/$1" && CLIENTS+=("$fd")
	done
}
disconnects() {
	local fd
	for fd in "${CLIENTS[@]}"; do
		exec {fd}>&-
	done
	CLIENTS=()
}
CLIENTS=()

make_each() {
	printf '[Service]\nExecStart=/bin/busybox cat\nStandardInput=socket\n' | unit each@.service
	printf '[Socket]\nListenStream=7103\nAccept=yes\nMaxConnections=100\n' | unit each.socket
	systemctl start each.socket && connects 7103 "${EACH:-1}" && until_true instances "${EACH:-1}"
}
instances() { [ "$(systemctl list-units --plain --no-legend 'each@*' | wc -l)" = "$1" ]; }
unmake_each() {
	# The client closes first, so that no TIME-WAIT of the server's is left.
	disconnects
	until_true instances 0
	units_end each.socket
}
make_many() { EACH=12 make_each; }
unmake_many() { unmake_each; }

# serves UNIT PORT: a service with that name
serves() {
	printf '[Service]\nExecStart=%s %s\n' "$HTTPD" "$2" | unit "$1"
	systemctl start -- "$1"
}

make_template() {
	printf '[Service]\nExecStart=%s 7104\n' "$HTTPD" | unit web@.service
	systemctl start 'web@a\x2db.service'
}
unmake_template() { systemctl stop 'web@a\x2db.service'; units_end web@.service; }

make_quoted() { serves 'it\x27s\x20odd:name.service' 7105; }
unmake_quoted() { units_end 'it\x27s\x20odd:name.service'; }

make_dash() { serves -dash.service 7106; }
unmake_dash() {
	systemctl stop -- -dash.service
	rm -f "$UNITS/-dash.service"
}

make_underscore() { serves _under.service 7107; }
unmake_underscore() { units_end _under.service; }

make_restarted() {
	printf '[Service]\nExecStart=%s 7108\nRestart=always\nRestartSec=0\n' "$HTTPD" | unit again.service
	systemctl start again.service
}
unmake_restarted() { units_end again.service; }

make_scope() { systemd-run --scope --unit=adhoc sh -c "$HTTPD 7110 >/dev/null 2>&1 & sleep 0.1"; }
unmake_scope() { systemctl stop adhoc.scope; }

make_slice() { systemd-run --slice=deep-er.slice --unit=deep sh -c "exec $HTTPD 7111"; }
unmake_slice() { systemctl stop deep.service; }

units() {
	local asker
	for asker in root bob; do
		[ "$asker" = root ] || has sudo || { skip "units, asked by $asker" "no sudo"; continue; }
		scene "a socket unit" socket $asker 'held\.socket' 'held\.socket|ask again as root' 7101
		scene "a socket unit whose service runs" started $asker 'held\.socket' 'held\.service|ask again as root' 7101
		scene "a template's instance" template $asker '' 'systemctl stop' 7104
	done
	scene "a socket unit of datagrams" datagrams root 'grams\.socket' 'grams\.socket' -u 7102
	scene "Accept=yes with an instance" each root 'each\.socket' 'each\.socket' 7103
	scene "Accept=yes with many instances" many root 'each\.socket' 'each@' 7103
	scene "a name with backslashes" quoted root '' 'systemctl stop' 7105
	scene "a name with a dash in front" dash root '' 'systemctl stop --' 7106
	scene "a name with an underscore in front" underscore root '' ' _under' 7107
	scene "a service that is started again" restarted root '' 'systemctl stop again' 7108
	scene "a scope" scope root '' 'kill' 7110
	scene "a service in a slice" slice root '' 'systemctl stop deep' 7111
}

# --- units of a user

mine() { as alice systemctl --user "$@"; }

make_mine() {
	printf '[Service]\nExecStart=%s 7201\n' "$HTTPD" | alices mine.service
	mine start mine.service
}
unmake_mine() { mine stop mine.service; }

make_mysocket() {
	printf '[Service]\nExecStart=/bin/busybox sleep 1000\n' | alices mysock.service
	printf '[Socket]\nListenStream=7202\n' | alices mysock.socket
	mine start mysock.socket mysock.service
}
unmake_mysocket() { mine stop mysock.socket mysock.service; }

make_myscope() {
	as alice systemd-run --user --scope --unit=myscope sh -c "$HTTPD 7203 >/dev/null 2>&1 & sleep 0.1"
}
unmake_myscope() { mine stop myscope.scope; }

# Its name promises more than it is.
make_false() {
	printf '[Service]\nExecStart=%s 7204\n' "$HTTPD" | alices sshd.service
	mine start sshd.service
}
unmake_false() { mine stop sshd.service; }

# alices NAME: a unit's file of hers, from standard input
alices() {
	mkdir -p "/run/user/$(id -u alice)/systemd/user"
	cat >"/run/user/$(id -u alice)/systemd/user/$1"
	mine daemon-reload
}

units_of_users() {
	local asker
	has_users || { skip "units of a user" "no systemd of a user, or no bus to it"; return; }
	for asker in root alice bob; do
		[ "$asker" != bob ] || has sudo || { skip "units of a user, asked by $asker" "no sudo"; continue; }
		scene "a unit of a user" mine $asker '' 'systemctl --user' 7201
		scene "a socket unit of a user" mysocket $asker 'mysock\.socket' 'mysock|ask again as root' 7202
	done
	for asker in root alice; do
		scene "a scope of a user" myscope $asker '' 'kill' 7203
		scene "a user's own sshd.service" false $asker '' 'systemctl --user' 7204
	done
}

# --- the kernel's own

make_wireguard() {
	ip link add wgtest type wireguard && wg set wgtest listen-port 7301 && ip link set wgtest up
}
unmake_wireguard() { ip link del wgtest; }

make_vxlan() {
	ip link add vxtest type vxlan id 7 dstport 7302 local 127.0.0.1 remote 127.0.0.1 dev lo &&
		ip link set vxtest up
}
unmake_vxlan() { ip link del vxtest; }

# The default of vxlan is asked for by number only.
make_vxlan_default() {
	ip link add vxtest type vxlan id 7 dstport 4789 remote 127.0.0.1 dev lo && ip link set vxtest up
}
unmake_vxlan_default() { ip link del vxtest; }

make_geneve() {
	ip link add gntest type geneve id 7 remote 127.0.0.1 dstport 7303 && ip link set gntest up
}
unmake_geneve() { ip link del gntest; }

make_l2tp() {
	modprobe l2tp_eth &&
		ip l2tp add tunnel tunnel_id 77 peer_tunnel_id 78 encap udp local 127.0.0.1 remote 127.0.0.1 \
			udp_sport 7304 udp_dport 7305
}
unmake_l2tp() { ip l2tp del tunnel tunnel_id 77; }

make_fou() { modprobe fou && ip fou add port 7306 ipproto 4; }
unmake_fou() { ip fou del port 7306; }

make_nfs() {
	modprobe nfsd
	mountpoint -q /proc/fs/nfsd || mount -t nfsd nfsd /proc/fs/nfsd
	pgrep -x rpcbind >/dev/null || rpcbind
	rpc.nfsd 1
}
unmake_nfs() { rpc.nfsd 0; }

kernels_own() {
	if has wg; then
		scene "WireGuard" wireguard root 'wgtest' 'wg show' -u 7301
	else
		skip "WireGuard" "no wg"
	fi
	scene "vxlan" vxlan root 'vxtest' 'ip -o -d link' -u 7302
	scene "vxlan, its usual port" vxlan_default root 'vxtest' 'ip -o -d link' -u 4789
	scene "geneve" geneve root 'gntest' 'ip -o -d link' -u 7303
	if modprobe -n l2tp_eth; then
		scene "L2TP" l2tp root 'unnel 77' 'ip l2tp' -u 7304
	else
		skip "L2TP" "no module"
	fi
	if modprobe -n fou; then
		scene "FOU" fou root '7306' 'kernel' -u 7306
	else
		skip "FOU" "no module"
	fi
	if has rpc.nfsd && has rpcbind; then
		scene "the NFS server" nfs root 'nfs' 'NFS' 2049
	else
		skip "the NFS server" "no rpc.nfsd, or no rpcbind"
	fi
}

# --- containers

image() {
	mkdir -p "$TMP/box/bin" "$TMP/box/usr" "$TMP/box/srv" "$TMP/box/etc" "$TMP/box/tmp"
	cp "$(command -v busybox)" "$TMP/box/bin/busybox"
	echo 'ID=box' >"$TMP/box/etc/os-release"
	cp "$TMP/box/etc/os-release" "$TMP/box/usr/os-release"
	mkdir -p "$TMP/box/usr/lib" && cp "$TMP/box/etc/os-release" "$TMP/box/usr/lib/"
	tar -C "$TMP/box" -c . >"$TMP/box.tar"
	chmod 644 "$TMP/box.tar"
}

# imports USER: the image, for that user's podman
imports() { as "$1" podman import "$TMP/box.tar" local/box >"$TMP/import" 2>&1; }

# boxes USER NAME PORT OPTION...: a container that serves at that port
boxes() {
	local user=$1 name=$2 port=$3
	shift 3
	as "$user" podman run -d --rm --name "$name" --stop-timeout 2 "$@" local/box \
		/bin/busybox httpd -f -h /srv -p "$port"
}
unboxes() { as "$1" podman rm -f -t 0 "$2"; }

make_host_box() { boxes root hosted 7401 --network host; }
unmake_host_box() { unboxes root hosted; }
make_published() { boxes root shown 80 -p 7402:80; }
unmake_published() { unboxes root shown; }
make_user_host_box() { boxes alice hosted 7403 --network host; }
unmake_user_host_box() { unboxes alice hosted; }
make_user_published() { boxes alice shown 80 -p 7404:80; }
unmake_user_published() { unboxes alice shown; }

make_nspawn() {
	systemd-run --unit=spawned --property=KillMode=mixed systemd-nspawn --quiet -D "$TMP/box" \
		-M my-box /bin/busybox httpd -f -h /srv -p 7405
	until_true is_machine
}
is_machine() { machinectl show my-box >/dev/null 2>&1; }
unmake_nspawn() { machinectl terminate my-box; }

make_nspawn_unit() {
	mkdir -p /var/lib/machines/unit-box
	cp -a "$TMP/box/." /var/lib/machines/unit-box/
	mkdir -p /run/systemd/nspawn "$UNITS/systemd-nspawn@unit\\x2dbox.service.d"
	printf '[Exec]\nBoot=no\nParameters=/bin/busybox httpd -f -h /srv -p 7406\n[Network]\nVirtualEthernet=no\nPrivate=no\n' \
		>/run/systemd/nspawn/unit-box.nspawn
	printf '[Service]\nExecStart=\nExecStart=systemd-nspawn --quiet --keep-unit --settings=trusted --machine=%%i\n' \
		>"$UNITS/systemd-nspawn@unit\\x2dbox.service.d/boot.conf"
	systemctl daemon-reload
	systemctl start 'systemd-nspawn@unit\x2dbox.service'
}
unmake_nspawn_unit() { systemctl stop 'systemd-nspawn@unit\x2dbox.service'; }

containers() {
	image
	if has podman && imports root; then
		scene "podman, network of the host" host_box root '' 'podman stop' 7401
		scene "podman, published" published root 'shown|7402' 'the container shown' 7402
	else
		skip "podman" "not there"
	fi
	if has podman && has newuidmap && has_users && imports alice; then
		for asker in root alice; do
			scene "podman of a user, network of the host" user_host_box $asker '' 'podman stop' 7403
			scene "podman of a user, published" user_published $asker '7404|shown' 'container' 7404
		done
	else
		skip "podman of a user" "no podman, newuidmap or systemd of a user"
	fi
	if has systemd-nspawn && has machinectl; then
		scene "systemd-nspawn" nspawn root '' 'machinectl' 7405
		scene "systemd-nspawn, as a unit" nspawn_unit root '' 'unit-box|unit.x2dbox' 7406
	else
		skip "systemd-nspawn" "not there"
	fi
}

users
units
units_of_users
kernels_own
containers
echo "# $skipped skipped"
end
