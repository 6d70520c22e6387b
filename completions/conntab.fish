# fish completion for conntab; written by `conntab completion fish`, not by hand.

# What may stand behind a word, a line each; 1: nothing has to.
function __conntab_values
	switch $argv[1]
		case --netns -N netns
			ls /run/netns
		case --columns
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
		memory_send_queued memory_options memory_backlog memory_drops
		case --sort --count-by
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
		memory_drops
		case --format
			printf '%s\n' table json jsonl csv
		case --color
			printf '%s\n' auto always never
		case --device interface dev
			ls /sys/class/net
		case --user user
			cut -d: -f1 /etc/passwd
		case --connect src local local_address dst peer peer_address addr address host \
		fd command_line executable container mark recv_queue send_queue accept_queue backlog \
		uid inode cookie rx_bytes tx_bytes listener_cookie twin_cookie peer_service timer_expires \
		timer_retransmits netns_name netns_inode direction user_or_uid service connections \
		sockets age rx_rate tx_rate sign rtt rttvar min_rtt rto ato congestion ulp cwnd \
		ssthresh delivery_rate pacing_rate max_pacing_rate busy_time rwnd_limited sndbuf_limited \
		bytes_sent bytes_retrans bytes_acked bytes_received notsent segs_out segs_in data_segs_out \
		data_segs_in delivered delivered_ce unacked sacked lost retrans fackets total_retrans \
		retransmits probes backoff reordering reord_seen dsack_dups rcv_ooopack snd_mss \
		rcv_mss advmss pmtu snd_wnd rcv_wnd rcv_space rcv_ssthresh rcv_rtt last_data_sent \
		last_data_recv last_ack_sent last_ack_recv snd_wscale rcv_wscale fastopen_fail rehash \
		total_rto total_rto_recoveries total_rto_time received_ce delivered_e1_bytes delivered_e0_bytes \
		delivered_ce_bytes received_e1_bytes received_e0_bytes received_ce_bytes accecn_fail_mode \
		accecn_opt_seen memory_recv memory_recv_limit memory_send memory_send_limit memory_forward \
		memory_send_queued memory_options memory_backlog memory_drops recvq sendq acceptq \
		dir conns expires tries listener twin recv_q send_q ino sk fwmark cmdline exe rxbytes \
		txbytes rxrate txrate drops
			true
		case why sport local_port dport peer_port port lport rport
			sed -n 's/^\([A-Za-z0-9][A-Za-z0-9_.+-]*\)[[:blank:]].*/\1/p' /etc/services
		case completion
			printf '%s\n' bash zsh fish
		case state exclude excl
			printf '%s\n' established estab syn-sent syn-recv syn-rcv fin-wait-1 fin-wait1 fin-wait-2 \
		fin-wait2 time-wait timewait close-wait closewait last-ack lastack listening listen \
		closing bound-inactive bound unconn unconnected closed close all connected synchronized \
		synchronised bucket big
		case protocol netid proto
			printf '%s\n' tcp udp udplite raw icmp
		case family
			printf '%s\n' inet inet6
		case timer
			printf '%s\n' retransmit keepalive time-wait zero-window-probe delayed-ack
		case pid
			find /proc -maxdepth 1 -name '[0-9]*' -printf '%f\n'
		case process owners command comm
			find /proc -mindepth 2 -maxdepth 2 -name comm -exec cat '{}' +
		case unit
			find /sys/fs/cgroup -type d -name '*.service' -printf '%f\n'
		case cgroup
			find /sys/fs/cgroup -type d -printf '/%P\n'
		case role
			printf '%s\n' listener inbound outbound
		case scope
			printf '%s\n' any any4 any6 loopback address device
		case port_class
			printf '%s\n' well-known registered ephemeral
		case shutdown
			printf '%s\n' receive send both
		case owner_missing
			printf '%s\n' permission kernel orphan time-wait unaccepted in-flight other-pid-namespace \
		unknown
		case change
			printf '%s\n' added removed
		case congestion_state
			printf '%s\n' open disorder cwr recovery loss
		case '*'
			return 1
	end 2>/dev/null
	return 0
end

# The same, each behind the pieces of the list that are there already.
function __conntab_list
	set -l token (string replace -r -- '^--[^=]*=' '' (commandline -ct))
	set -l head (string match -r -- '^(?:.*,)?[+:-]?' $token)
	set -l values (__conntab_values $argv[1]); or return 1
	for value in (string match -r -- '^[A-Za-z0-9_@./+-]+$' $values)
		echo $head$value
	end
	return 0
end

# The command, empty if there is none in front of the cursor.
function __conntab_command
	set -l valued ''
	for word in (commandline -opc)[2..]
		if test -n "$valued"
			set valued ''
		else if contains -- $word --netns -N --columns --sort --count-by --format --replay --color --device --user \
		--connect
			set valued yes
		else if not string match -q -- '-*' $word
			echo $word
			return
		end
	end
end

function __conntab_next
	set -l before (commandline -opc)
	while string match -qr -- '^([=:<>!~]+|in|eq|ne|neq|lt|gt|le|leq|ge|geq|contains)$' $before[-1]
		set -e before[-1]
	end
	set -l command (__conntab_command)
	if contains -- "$before[-1]" --replay record diff
		__fish_complete_path (commandline -ct)
		return
	end
	__conntab_list $before[-1]; and return
	if test -z "$command"
		printf '%s\t%s\n' list 'list sockets (the default)' \
			why 'would bind() work, or who is in the way, and why' \
			record 'save all there is to know of the sockets in a file' \
			diff 'what came and went since a record' \
			fields 'what can be shown, sorted and filtered by' \
			completion 'a script for the completion of bash, zsh or fish' \
			schema 'the JSON Schema of what -j prints'
	end
	if not contains -- "$command" why record diff fields completion schema
		printf '%s\t%s\n' not 'the opposite' \
			and 'both' \
			or 'one or both' \
			state 'in this state, or in one of this group' \
			exclude 'in another state' \
			excl 'in another state' \
			sport 'local port' \
			local_port 'local port' \
			dport 'port of the peer' \
			peer_port 'port of the peer' \
			port 'port of either end' \
			src 'local address, and port if there is one' \
			local 'local address, and port if there is one' \
			local_address 'local address, and port if there is one' \
			dst 'address of the peer, and port if there is one' \
			peer 'address of the peer, and port if there is one' \
			peer_address 'address of the peer, and port if there is one' \
			addr 'address of either end, and port if there is one' \
			address 'address of either end, and port if there is one' \
			host 'address of either end, and port if there is one' \
			autobound 'the local port is in the kernel\'s own range' \
			protocol 'transport protocol' \
			family 'address family of the socket: inet or inet6' \
			timer 'what the kernel waits for, how long still, tries so far' \
			pid 'pids of the processes that hold the socket' \
			fd 'descriptors that refer to the socket' \
			process 'commands of the processes that hold the socket' \
			owners 'commands of the processes that hold the socket' \
			command_line 'command lines of the processes that hold the socket' \
			executable 'files that these processes run' \
			user 'user name of the socket\'s uid' \
			unit 'systemd unit of the socket, else of its first owner' \
			container 'container of the socket, else of its first owner' \
			cgroup 'control group the socket was made in' \
			netns 'network namespace: inode and name' \
			interface 'interface the socket is bound to' \
			mark 'firewall mark (needs CAP_NET_ADMIN)' \
			role 'listener, inbound (its local end belongs to a listener here), outbound' \
			scope 'how far a listener reaches: any, any4, any6, loopback, address, device' \
			port_class 'well-known, registered, or ephemeral by this kernel\'s own range' \
			recv_queue 'bytes received and not read; UDP and raw: kernel memory they take' \
			send_queue 'bytes sent and not acknowledged (SYN and FIN count); UDP and raw: kernel memory' \
			accept_queue 'connections that wait for the process to accept them' \
			backlog 'connections that may wait; the kernel lets in one more' \
			uid 'user id of the socket' \
			inode 'inode of the socket, as in /proc/PID/fd' \
			cookie 'the kernel\'s identity of the socket, never used twice until reboot' \
			v6only 'an IPv6 socket that takes no IPv4' \
			shutdown 'direction that was shut down: receive, send, both' \
			owner_missing 'why no process is named' \
			rx_bytes 'data bytes received in order' \
			tx_bytes 'data bytes sent, retransmissions not counted again' \
			listener_cookie 'cookie of the listener a connection came in through' \
			twin_cookie 'cookie of the listener for the other IP version of the same process and port' \
			peer_service 'name of the peer\'s port in /etc/services' \
			timer_expires 'time until the timer fires' \
			timer_retransmits 'retransmissions or probes so far' \
			netns_name 'name of the network namespace below /run/netns' \
			netns_inode 'inode of the network namespace' \
			direction '<- came in through a listener here, -> went out' \
			user_or_uid 'user name of the socket\'s uid, or the uid' \
			service 'name of the local port in /etc/services' \
			connections 'connections that came in through this listener' \
			sockets 'sockets that share the address by SO_REUSEPORT' \
			full 'more connections wait for accept() than may: further SYNs are dropped' \
			age 'time since the socket was first seen; not known in a single list' \
			rx_rate 'rate of data received; not known in a single list' \
			tx_rate 'rate of data sent; not known in a single list' \
			change 'in a comparison: added (there now, not then) or removed' \
			sign 'in a comparison: + there now, not then; - there then, not now' \
			rtt 'smoothed round-trip time' \
			rttvar 'mean deviation of the round-trip time' \
			min_rtt 'smallest round-trip time seen lately' \
			rto 'retransmission timeout' \
			ato 'delayed-acknowledgement timeout' \
			congestion 'congestion control algorithm' \
			congestion_state 'state of congestion control: open, disorder, cwr, recovery, loss' \
			ulp 'protocol on top of the connection in the kernel: tls, mptcp' \
			cwnd 'segments that may be in flight' \
			ssthresh 'congestion window at which slow start ends, in segments' \
			delivery_rate 'most recent rate at which data was delivered' \
			pacing_rate 'rate the kernel spreads sending to' \
			max_pacing_rate 'highest pacing rate allowed' \
			app_limited 'the delivery rate was limited by the application' \
			busy_time 'time with data to send or to be acknowledged' \
			rwnd_limited 'time limited by the receiver\'s window' \
			sndbuf_limited 'time limited by the send buffer' \
			bytes_sent 'data bytes sent, retransmissions included' \
			bytes_retrans 'data bytes retransmitted' \
			bytes_acked 'bytes acknowledged; counts the SYN and the FIN' \
			bytes_received 'bytes received; counts the FIN' \
			notsent 'bytes in the send queue that were never sent' \
			segs_out 'segments sent' \
			segs_in 'segments received' \
			data_segs_out 'segments with data sent' \
			data_segs_in 'segments with data received' \
			delivered 'segments delivered to the peer' \
			delivered_ce 'segments delivered with a congestion mark' \
			unacked 'segments in flight' \
			sacked 'segments acknowledged out of order' \
			lost 'segments taken for lost' \
			retrans 'retransmitted segments in flight' \
			fackets 'no longer counted by kernels since 4.15' \
			total_retrans 'segments retransmitted in all' \
			retransmits 'timeouts in a row without an answer' \
			probes 'window probes without an answer' \
			backoff 'doublings of the timeout' \
			reordering 'segments a packet may be late' \
			reord_seen 'reorderings seen' \
			dsack_dups 'needless retransmissions the peer reported' \
			rcv_ooopack 'segments received out of order' \
			snd_mss 'largest segment sent' \
			rcv_mss 'estimate of the peer\'s segments' \
			advmss 'largest segment announced to the peer' \
			pmtu 'largest packet the path takes' \
			snd_wnd 'window the peer announced' \
			rcv_wnd 'window announced to the peer' \
			rcv_space 'data the application reads in a round trip' \
			rcv_ssthresh 'window that will be offered at most for now' \
			rcv_rtt 'round-trip time as the receiver estimates it' \
			last_data_sent 'time since data was sent' \
			last_data_recv 'time since data was received' \
			last_ack_sent 'time since an acknowledgement was sent; kernels leave it 0' \
			last_ack_recv 'time since an acknowledgement was received' \
			snd_wscale 'window scaling of the peer, as a power of two' \
			rcv_wscale 'window scaling of ours, as a power of two' \
			timestamps 'TCP timestamps in use' \
			sack 'selective acknowledgements in use' \
			ecn 'explicit congestion notification negotiated' \
			ecn_seen 'a packet with an ECN mark came in' \
			fastopen 'data in the SYN was acknowledged (TCP fast open)' \
			fastopen_fail 'why TCP fast open failed as a client; 0: it did not' \
			rehash 'times the flow was moved to another path' \
			total_rto 'retransmission timeouts' \
			total_rto_recoveries 'timeouts that were recovered from' \
			total_rto_time 'time spent in retransmission timeouts' \
			received_ce 'segments received with a congestion mark' \
			delivered_e1_bytes 'bytes delivered with ECT(1), as AccECN reports them' \
			delivered_e0_bytes 'bytes delivered with ECT(0), as AccECN reports them' \
			delivered_ce_bytes 'bytes delivered with a congestion mark (CE), as AccECN reports them' \
			received_e1_bytes 'bytes received with ECT(1), as AccECN reports them' \
			received_e0_bytes 'bytes received with ECT(0), as AccECN reports them' \
			received_ce_bytes 'bytes received with a congestion mark (CE), as AccECN reports them' \
			accecn_fail_mode 'AccECN failure mode bits' \
			accecn_opt_seen 'AccECN option was seen' \
			usec_timestamps 'TCP timestamps count microseconds' \
			fastopen_child 'the connection was accepted by TCP fast open' \
			memory_recv 'memory of received data not read yet' \
			memory_recv_limit 'most that received data may take (SO_RCVBUF)' \
			memory_send 'memory of sent packets the device has not let go' \
			memory_send_limit 'most that data to send may take (SO_SNDBUF)' \
			memory_forward 'memory reserved for this socket' \
			memory_send_queued 'memory of data to send or to be acknowledged' \
			memory_options 'memory of socket options and filters' \
			memory_backlog 'memory of packets that wait for the socket\'s lock' \
			memory_drops 'packets dropped; of a listener, SYNs and ACKs of new connections' \
			recvq 'bytes received and not read; UDP and raw: kernel memory they take' \
			sendq 'bytes sent and not acknowledged (SYN and FIN count); UDP and raw: kernel memory' \
			acceptq 'connections that wait for the process to accept them' \
			dir '<- came in through a listener here, -> went out' \
			conns 'connections that came in through this listener' \
			expires 'time until the timer fires' \
			tries 'retransmissions or probes so far' \
			listener 'cookie of the listener a connection came in through' \
			twin 'cookie of the listener for the other IP version of the same process and port' \
			netid 'transport protocol' \
			proto 'transport protocol' \
			lport 'local port' \
			rport 'port of the peer' \
			recv_q 'bytes received and not read; UDP and raw: kernel memory they take' \
			send_q 'bytes sent and not acknowledged (SYN and FIN count); UDP and raw: kernel memory' \
			ino 'inode of the socket, as in /proc/PID/fd' \
			sk 'the kernel\'s identity of the socket, never used twice until reboot' \
			dev 'interface the socket is bound to' \
			fwmark 'firewall mark (needs CAP_NET_ADMIN)' \
			command 'commands of the processes that hold the socket' \
			comm 'commands of the processes that hold the socket' \
			cmdline 'command lines of the processes that hold the socket' \
			exe 'files that these processes run' \
			rxbytes 'data bytes received in order' \
			txbytes 'data bytes sent, retransmissions not counted again' \
			rxrate 'rate of data received; not known in a single list' \
			txrate 'rate of data sent; not known in a single list' \
			drops 'packets dropped; of a listener, SYNs and ACKs of new connections'
	end
end

complete -c conntab -f -a '(__conntab_next)'
complete -c conntab -s l -l listening -d 'only listeners'
complete -c conntab -s a -l all -d 'all states: TIME-WAIT, SYN-RECV and BOUND too'
complete -c conntab -s t -l tcp -d 'TCP sockets'
complete -c conntab -s u -l udp -d 'UDP sockets'
complete -c conntab -s w -l raw -d 'raw sockets'
complete -c conntab -l udplite -d 'UDP-Lite sockets'
complete -c conntab -l icmp -d 'ICMP sockets of ping'
complete -c conntab -s 4 -l ipv4 -d 'what carries IPv4, dual-stack listeners too'
complete -c conntab -s 6 -l ipv6 -d 'IPv6 sockets'
complete -c conntab -s N -l netns -x -a '(__conntab_list --netns)' -d 'network namespace by name, pid or inode'
complete -c conntab -s p -l processes -d 'processes (the default)'
complete -c conntab -s P -l no-processes -d 'no processes, and not the work to find them'
complete -c conntab -s o -l timers -d 'timers'
complete -c conntab -s e -l extended -d 'uid, inode, cgroup, unit, command line, ...'
complete -c conntab -s m -l memory -d 'kernel memory and drops'
complete -c conntab -s i -l info -d 'TCP: round-trip times, windows, retransmissions, ...'
complete -c conntab -s n -l numeric -d 'addresses and ports as numbers (the default)'
complete -c conntab -s r -l resolve -d 'names of hosts and services; asks the resolver'
complete -c conntab -l columns -x -a '(__conntab_list --columns)' -d 'these columns; +NAME adds one, -NAME removes one'
complete -c conntab -l sort -x -a '(__conntab_list --sort)' -d 'order by these fields; -NAME: descending'
complete -c conntab -l count-by -x -a '(__conntab_list --count-by)' -d 'count the sockets that are alike in these fields'
complete -c conntab -l format -x -a '(__conntab_list --format)' -d 'table, json, jsonl or csv'
complete -c conntab -s j -l json -d 'JSON, schema conntab/1'
complete -c conntab -l jsonl -d 'JSON, a line for each socket'
complete -c conntab -l csv -d 'comma-separated values'
complete -c conntab -s H -l no-header -d 'rows only: no headings, no last line'
complete -c conntab -s s -l summary -d 'how many of what, and what explains trouble'
complete -c conntab -s q -l quiet -d 'no output, only the exit status'
complete -c conntab -l explain -d 'the filter as understood, and what the kernel gets'
complete -c conntab -l replay -r -F -d 'what was recorded in FILE, not this machine'
complete -c conntab -l color -x -a '(__conntab_list --color)' -d 'auto, always or never'
complete -c conntab -s h -l help -d 'this help'
complete -c conntab -s V -l version -d 'the version'
complete -c conntab -l reuseaddr -d 'the wanted socket sets SO_REUSEADDR'
complete -c conntab -l reuseport -d 'it sets SO_REUSEPORT'
complete -c conntab -l v6only -d 'it sets IPV6_V6ONLY'
complete -c conntab -l no-v6only -d 'it clears IPV6_V6ONLY'
complete -c conntab -l device -x -a '(__conntab_list --device)' -d 'it is bound to an interface (SO_BINDTODEVICE)'
complete -c conntab -l user -x -a '(__conntab_list --user)' -d 'whose it is to be; by default yours'
complete -c conntab -l listen -d 'it listens after bind()'
complete -c conntab -l no-probe -d 'never try a bind(), even where nothing else can tell'
complete -c conntab -l connect -x -a '(__conntab_list --connect)' -d 'why is a connection there refused?'
complete -c conntab -l verbose -d 'say what was looked at and tried'
