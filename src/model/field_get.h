/* SPDX-License-Identifier: MIT */
/* Getters of the field table. */
#ifndef MODEL_FIELD_GET_H
#define MODEL_FIELD_GET_H

#include "model/field.h"

#define GETTER(name) struct value get_##name(const struct row *row, const struct field *field)

GETTER(protocol);
GETTER(family);
GETTER(state);
GETTER(role);
GETTER(scope);
GETTER(port_class);
GETTER(local);
GETTER(peer);
GETTER(recv_queue);
GETTER(send_queue);
GETTER(accept_queue);
GETTER(backlog);
GETTER(uid);
GETTER(user);
GETTER(user_shown);
GETTER(inode);
GETTER(cookie);
GETTER(interface);
GETTER(mark);
GETTER(v6only);
GETTER(shutdown);
GETTER(cgroup);
GETTER(unit);
GETTER(container);
GETTER(owner_missing);
GETTER(timer);
GETTER(rx_bytes);
GETTER(tx_bytes);
GETTER(listener_cookie);
GETTER(twin_cookie);
GETTER(other_end);
GETTER(direction);
GETTER(queue);
GETTER(service);
GETTER(connections);
GETTER(sockets);
GETTER(local_address);
GETTER(local_port);
GETTER(peer_address);
GETTER(peer_port);
GETTER(peer_service);
GETTER(local_host);
GETTER(peer_host);
GETTER(list);
GETTER(timer_expires);
GETTER(timer_retransmits);
GETTER(netns_name);
GETTER(netns_inode);
GETTER(full);
GETTER(change);
GETTER(sign);
GETTER(between);	/* what only two looks at the table tell */
GETTER(whole);		/* composite values, which the view takes from the row */
GETTER(tcp);		/* by field->place, from tcp_info */
GETTER(tcp_name);	/* congestion control, ULP */
GETTER(tcp_rate);	/* bytes per second there, bits per second here */
GETTER(tcp_phase);	/* congestion state, by name */
GETTER(memory);

/* Words of the fields that are enumerations (field_words.c). */
const char *word_protocol(size_t index);
const char *word_family(size_t index);
const char *word_state(size_t index);
const char *word_role(size_t index);
const char *word_scope(size_t index);
const char *word_port_class(size_t index);
const char *word_shutdown(size_t index);
const char *word_missing(size_t index);
const char *word_timer(size_t index);
const char *word_change(size_t index);
const char *word_tcp_phase(size_t index);

extern const char *const family_names[2];	/* IPv4, IPv6 */
extern const char *const shutdown_names[4];	/* by the two bits of `shutdown` */
extern const char *const tcp_phase_names[5];	/* TCP_CA_* */

#endif
