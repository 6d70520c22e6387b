# bash completion for conntab; written by `conntab completion bash`, not by hand.

# What may stand behind a word, a line each; 1: nothing has to.
_conntab_values() {
	case $1 in
	--netns|-N|netns)
		ls /run/netns ;;
	--columns)
		printf '%s\n' default listeners owner queues tcp timers memory protocol family state \
		role scope port_class local peer recv_queue send_queue accept_queue backlog uid \
		user inode cookie interface mark v6only shutdown netns cgroup unit container owners \
		owner_missing timer rx_bytes tx_bytes listener_cookie twin_cookie other_end local_address \
		local_port peer_address peer_port peer_service process pid fd command_line executable \
		timer_expires timer_retransmits netns_name netns_inode direction user_or_uid queue \
		service connections sockets full age rx_rate tx_rate change sign local_host peer_host \
		rtt rttvar min_rtt rto ato congestion congestion_state ulp cwnd ssthresh delivery_rate \
		pacing_rate max_pacing_rate app_limited busy_time rwnd_limited sndbuf_limited bytes_sent \
		bytes_retrans bytes_acked bytes_received notsent segs_out segs_in data_segs_out \
		data_segs_in delivered delivered_ce unacked sacked lost retrans fackets total_retrans \
		retransmits probes backoff reordering reord_seen dsack_dups rcv_ooopack snd_mss \
		rcv_mss advmss pmtu snd_wnd rcv_wnd rcv_space rcv_ssthresh rcv_rtt last_data_sent \
		last_data_recv last_ack_sent last_ack_recv snd_wscale rcv_wscale timestamps sack \
		ecn ecn_seen fastopen fastopen_fail rehash total_rto total_rto_recoveries total_rto_time \
		received_ce delivered_e1_bytes delivered_e0_bytes delivered_ce_bytes received_e1_bytes \
		received_e0_bytes received_ce_bytes accecn_fail_mode accecn_opt_seen usec_timestamps \
		fastopen_child memory_recv memory_recv_limit memory_send memory_send_limit memory_forward \
		memory_send_queued memory_options memory_backlog memory_drops ;;
	--sort|--count-by)
		printf '%s\n' protocol family state role scope port_class local peer recv_queue \
		send_queue accept_queue backlog uid user inode cookie interface mark v6only shutdown \
		netns cgroup unit container owners owner_missing timer rx_bytes tx_bytes listener_cookie \
		twin_cookie other_end local_address local_port peer_address peer_port peer_service \
		process pid fd command_line executable timer_expires timer_retransmits netns_name \
		netns_inode direction user_or_uid queue service connections sockets full age rx_rate \
		tx_rate change sign local_host peer_host rtt rttvar min_rtt rto ato congestion congestion_state \
		ulp cwnd ssthresh delivery_rate pacing_rate max_pacing_rate app_limited busy_time \
		rwnd_limited sndbuf_limited bytes_sent bytes_retrans bytes_acked bytes_received \
		notsent segs_out segs_in data_segs_out data_segs_in delivered delivered_ce unacked \
		sacked lost retrans fackets total_retrans retransmits probes backoff reordering \
		reord_seen dsack_dups rcv_ooopack snd_mss rcv_mss advmss pmtu snd_wnd rcv_wnd rcv_space \
		rcv_ssthresh rcv_rtt last_data_sent last_data_recv last_ack_sent last_ack_recv snd_wscale \
		rcv_wscale timestamps sack ecn ecn_seen fastopen fastopen_fail rehash total_rto \
		total_rto_recoveries total_rto_time received_ce delivered_e1_bytes delivered_e0_bytes \
		delivered_ce_bytes received_e1_bytes received_e0_bytes received_ce_bytes accecn_fail_mode \
		accecn_opt_seen usec_timestamps fastopen_child memory_recv memory_recv_limit memory_send \
		memory_send_limit memory_forward memory_send_queued memory_options memory_backlog \
		memory_drops ;;
	--format)
		printf '%s\n' table json jsonl csv ;;
	--color)
		printf '%s\n' auto always never ;;
	--device|interface|dev)
		ls /sys/class/net ;;
	--user|user)
		cut -d: -f1 /etc/passwd ;;
	--connect|src|local|local_address|dst|peer|peer_address|addr|address|host|fd|command_line|\
		executable|container|mark|recv_queue|send_queue|accept_queue|backlog|uid|inode|cookie|\
		rx_bytes|tx_bytes|listener_cookie|twin_cookie|peer_service|timer_expires|timer_retransmits|\
		netns_name|netns_inode|direction|user_or_uid|service|connections|sockets|age|rx_rate|\
		tx_rate|sign|rtt|rttvar|min_rtt|rto|ato|congestion|ulp|cwnd|ssthresh|delivery_rate|\
		pacing_rate|max_pacing_rate|busy_time|rwnd_limited|sndbuf_limited|bytes_sent|bytes_retrans|\
		bytes_acked|bytes_received|notsent|segs_out|segs_in|data_segs_out|data_segs_in|delivered|\
		delivered_ce|unacked|sacked|lost|retrans|fackets|total_retrans|retransmits|probes|\
		backoff|reordering|reord_seen|dsack_dups|rcv_ooopack|snd_mss|rcv_mss|advmss|pmtu|\
		snd_wnd|rcv_wnd|rcv_space|rcv_ssthresh|rcv_rtt|last_data_sent|last_data_recv|last_ack_sent|\
		last_ack_recv|snd_wscale|rcv_wscale|fastopen_fail|rehash|total_rto|total_rto_recoveries|\
		total_rto_time|received_ce|delivered_e1_bytes|delivered_e0_bytes|delivered_ce_bytes|\
		received_e1_bytes|received_e0_bytes|received_ce_bytes|accecn_fail_mode|accecn_opt_seen|\
		memory_recv|memory_recv_limit|memory_send|memory_send_limit|memory_forward|memory_send_queued|\
		memory_options|memory_backlog|memory_drops|recvq|sendq|acceptq|dir|conns|expires|\
		tries|listener|twin|recv_q|send_q|ino|sk|fwmark|cmdline|exe|rxbytes|txbytes|rxrate|\
		txrate|drops)
		true ;;
	why|sport|local_port|dport|peer_port|port|lport|rport)
		sed -n 's/^\([A-Za-z0-9][A-Za-z0-9_.+-]*\)[[:blank:]].*/\1/p' /etc/services ;;
	completion)
		printf '%s\n' bash zsh fish ;;
	state|exclude|excl)
		printf '%s\n' established estab syn-sent syn-recv syn-rcv fin-wait-1 fin-wait1 fin-wait-2 \
		fin-wait2 time-wait timewait close-wait closewait last-ack lastack listening listen \
		closing bound-inactive bound unconn unconnected closed close all connected synchronized \
		synchronised bucket big ;;
	protocol|netid|proto)
		printf '%s\n' tcp udp udplite raw icmp ;;
	family)
		printf '%s\n' inet inet6 ;;
	timer)
		printf '%s\n' retransmit keepalive time-wait zero-window-probe delayed-ack ;;
	pid)
		find /proc -maxdepth 1 -name '[0-9]*' -printf '%f\n' ;;
	process|owners|command|comm)
		find /proc -mindepth 2 -maxdepth 2 -name comm -exec cat '{}' + ;;
	unit)
		find /sys/fs/cgroup -type d -name '*.service' -printf '%f\n' ;;
	cgroup)
		find /sys/fs/cgroup -type d -printf '/%P\n' ;;
	role)
		printf '%s\n' listener inbound outbound ;;
	scope)
		printf '%s\n' any any4 any6 loopback address device ;;
	port_class)
		printf '%s\n' well-known registered ephemeral ;;
	shutdown)
		printf '%s\n' receive send both ;;
	owner_missing)
		printf '%s\n' permission kernel orphan time-wait unaccepted in-flight other-pid-namespace \
		unknown ;;
	change)
		printf '%s\n' added removed ;;
	congestion_state)
		printf '%s\n' open disorder cwr recovery loss ;;
	*)
		return 1 ;;
	esac
	return 0
} 2>/dev/null

# The command, empty if there is none in front of the cursor.
_conntab_command() {
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--netns|-N|--columns|--sort|--count-by|--format|--replay|--color|--device|--user|\
		--connect)
			[[ ${COMP_WORDS[++i]} != = ]] || ((++i)) ;;
		-*) ;;
		*)
			echo "${COMP_WORDS[i]}"
			return ;;
		esac
	done
}

# What may come next, and is not said by the word in front of it.
_conntab_words() {
	local command
	if [[ $1 == -* ]]; then
		printf '%s\n' -l --listening -a --all -t --tcp -u --udp -w --raw --udplite --icmp -4 --ipv4 -6 --ipv6 \
		-N --netns -p --processes -P --no-processes -o --timers -e --extended -m --memory \
		-i --info -n --numeric -r --resolve --columns --sort --count-by --format -j --json \
		--jsonl --csv -H --no-header -s --summary -q --quiet --explain --replay --color \
		-h --help -V --version --reuseaddr --reuseport --v6only --no-v6only --device --user \
		--listen --no-probe --connect --verbose
		return
	fi
	command=$(_conntab_command)
	[[ -n $command ]] || printf '%s\n' list why record diff fields completion schema
	case $command in
	why|record|diff|fields|completion|schema) ;;
	*)
		printf '%s\n' not and or state exclude excl sport local_port dport peer_port port src local local_address \
		dst peer peer_address addr address host autobound protocol family timer pid fd process \
		owners command_line executable user unit container cgroup netns interface mark role \
		scope port_class recv_queue send_queue accept_queue backlog uid inode cookie v6only \
		shutdown owner_missing rx_bytes tx_bytes listener_cookie twin_cookie peer_service \
		timer_expires timer_retransmits netns_name netns_inode direction user_or_uid service \
		connections sockets full age rx_rate tx_rate change sign rtt rttvar min_rtt rto \
		ato congestion congestion_state ulp cwnd ssthresh delivery_rate pacing_rate max_pacing_rate \
		app_limited busy_time rwnd_limited sndbuf_limited bytes_sent bytes_retrans bytes_acked \
		bytes_received notsent segs_out segs_in data_segs_out data_segs_in delivered delivered_ce \
		unacked sacked lost retrans fackets total_retrans retransmits probes backoff reordering \
		reord_seen dsack_dups rcv_ooopack snd_mss rcv_mss advmss pmtu snd_wnd rcv_wnd rcv_space \
		rcv_ssthresh rcv_rtt last_data_sent last_data_recv last_ack_sent last_ack_recv snd_wscale \
		rcv_wscale timestamps sack ecn ecn_seen fastopen fastopen_fail rehash total_rto \
		total_rto_recoveries total_rto_time received_ce delivered_e1_bytes delivered_e0_bytes \
		delivered_ce_bytes received_e1_bytes received_e0_bytes received_ce_bytes accecn_fail_mode \
		accecn_opt_seen usec_timestamps fastopen_child memory_recv memory_recv_limit memory_send \
		memory_send_limit memory_forward memory_send_queued memory_options memory_backlog \
		memory_drops recvq sendq acceptq dir conns expires tries listener twin netid proto \
		lport rport recv_q send_q ino sk dev fwmark command comm cmdline exe rxbytes txbytes \
		rxrate txrate drops ;;
	esac
}

_conntab() {
	local cur=${COMP_WORDS[COMP_CWORD]} at=$((COMP_CWORD - 1)) head='' values value
	COMPREPLY=()
	case $cur in [=:\<\>!~]*) cur='' ;; esac
	while ((at > 0)) && [[ ${COMP_WORDS[at]} =~ ^([\'\"=:\<\>!~]+|in|eq|ne|neq|lt|gt|le|leq|ge|geq|contains)$ ]]; do
		((--at))
	done
	case ${COMP_WORDS[at]} in
	--replay|record|diff)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames 2>/dev/null
		return ;;
	esac
	if [[ $cur != -* || ${COMP_WORDS[at]} == -* ]] &&
	   values=$(_conntab_values "${COMP_WORDS[at]}"); then
		# A list: only its last piece is to be completed; of columns, behind its sign.
		[[ $cur =~ ^(.*,)?[+-]? ]] && head=${BASH_REMATCH[0]}
	else
		values=$(_conntab_words "$cur")
	fi
	# Names come from outside: those that would need quotes are left out.
	while IFS= read -r value; do
		if [[ $head$value == "$cur"* && $value =~ ^[[:alnum:]_@./+-]+$ ]]; then
			COMPREPLY+=("$head$value")
		fi
	done <<<"$values"
}

complete -F _conntab conntab
