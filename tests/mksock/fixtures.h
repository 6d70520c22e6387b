/* SPDX-License-Identifier: MIT */
/* The fixtures: each makes its sockets, or dies with a message. */
#ifndef MKSOCK_FIXTURES_H
#define MKSOCK_FIXTURES_H

struct args;

void make_listen(const struct args *args);
void make_twins(const struct args *args);
void make_bound(const struct args *args);
void make_unaccepted(const struct args *args);
void make_accept_full(const struct args *args);

void make_conn(const struct args *args);
void make_mptcp(const struct args *args);
void make_syn_sent(const struct args *args);
void make_syn_recv(const struct args *args);
void make_fin_wait_1(const struct args *args);
void make_orphan(const struct args *args);
void make_fin_wait_2(const struct args *args);
void make_close_wait(const struct args *args);
void make_closing(const struct args *args);
void make_last_ack(const struct args *args);
void make_time_wait(const struct args *args);
void make_rst(const struct args *args);

void make_udp(const struct args *args);
void make_udp_conn(const struct args *args);
void make_udp_drops(const struct args *args);
void make_udp_shared(const struct args *args);
void make_udplite(const struct args *args);
void make_raw(const struct args *args);
void make_ping(const struct args *args);

void make_reuseport(const struct args *args);
void make_strangers(const struct args *args);
void make_forked(const struct args *args);
void make_thread_fd(const struct args *args);
void make_zombie_leader(const struct args *args);
void make_uring(const struct args *args);
void make_in_flight(const struct args *args);

void make_hand_over(const struct args *args);

void make_left(const struct args *args);
void make_leak(const struct args *args);
void make_try(const struct args *args);
void make_late_listen(const struct args *args);

void make_load(const struct args *args);
void make_churn(const struct args *args);

void make_forge(const struct args *args);

#endif
