/* SPDX-License-Identifier: MIT */
/*
 * Is a port redirected before any socket is looked for?  The rules of nf_tables
 * are read for translations of a destination that name it, those of iptables
 * only counted.  What a set or a map decides is not followed.
 */
/* First, so that the headers of the kernel do not define the same once more. */
#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "collect.h"
#include "collect/facts.h"
#include "diag.h"
#include "source_inside.h"

struct nat_question {
	uint16_t port;
	enum truth answer;
};

/* What the expressions of a rule say together. */
struct rule {
	bool translates;		/* the destination */
	bool names_port, names_other;
	bool excepts;			/* the port, by "!=", or since it is of no range */
};

/* ---- nf_tables -------------------------------------------------------- */

static bool is_text(const struct nlattr *attr, const char *text)
{
	return attr && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0 &&
	       !strcmp(mnl_attr_get_str(attr), text);
}

static const struct nlattr *find(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

/* A value of 16 bits in network order, as ports are; -1: it is something else. */
static long port_in(const struct nlattr *data, uint16_t type)
{
	const struct nlattr *nest = find(data, type);
	const struct nlattr *value = nest ? find(nest, NFTA_DATA_VALUE) : NULL;
	uint16_t port;

	if (!value || mnl_attr_get_payload_len(value) != sizeof(port))
		return -1;
	memcpy(&port, mnl_attr_get_payload(value), sizeof(port));
	return ntohs(port);
}

/* An operator, "==" and the like; 0, which is that of equality, where there is none. */
static uint32_t operator_in(const struct nlattr *data, uint16_t type)
{
	const struct nlattr *attr = find(data, type);

	return attr && mnl_attr_validate(attr, MNL_TYPE_U32) >= 0 ?
	       ntohl(mnl_attr_get_u32(attr)) : NFT_CMP_EQ;
}

static void take_ports(struct rule *rule, long first, long last, uint16_t port)
{
	if (first < 0 || last < 0)
		return;
	if (first <= port && port <= last)
		rule->names_port = true;
	else
		rule->names_other = true;
}

static void take_condition(struct rule *rule, bool holds)
{
	if (holds)
		rule->names_port = true;
	else
		rule->excepts = true;
}

static void take_compare(struct rule *rule, const struct nlattr *data, uint16_t port)
{
	long than = port_in(data, NFTA_CMP_DATA);
	bool less = port < than;
	bool more = port > than;
	const bool holds[] = {
		[NFT_CMP_NEQ] = less || more, [NFT_CMP_LT] = less, [NFT_CMP_LTE] = !more,
		[NFT_CMP_GT] = more, [NFT_CMP_GTE] = !less,
	};
	uint32_t sign = operator_in(data, NFTA_CMP_OP);

	/* Another value of 16 bits may be that of a source port, or of an Ethernet type. */
	if (sign == NFT_CMP_EQ)
		take_ports(rule, than, than, port);
	else if (than >= 0 && sign < ARRAY_SIZE(holds))
		take_condition(rule, holds[sign]);
}

static void take_range(struct rule *rule, const struct nlattr *data, uint16_t port)
{
	long first = port_in(data, NFTA_RANGE_FROM_DATA), last = port_in(data, NFTA_RANGE_TO_DATA);

	if (operator_in(data, NFTA_RANGE_OP) == NFT_RANGE_EQ)
		take_ports(rule, first, last, port);
	else if (first >= 0 && last >= 0)
		take_condition(rule, port < first || port > last);
}

static void take_nat(struct rule *rule, const struct nlattr *data, uint16_t port)
{
	const struct nlattr *type = find(data, NFTA_NAT_TYPE);

	(void)port;
	if (type && mnl_attr_validate(type, MNL_TYPE_U32) >= 0 &&
	    ntohl(mnl_attr_get_u32(type)) == NFT_NAT_DNAT)
		rule->translates = true;
}

static void take_redirection(struct rule *rule, const struct nlattr *data, uint16_t port)
{
	(void)data;
	(void)port;
	rule->translates = true;
}

/* Of iptables, as an extension of nf_tables. */
static void take_target(struct rule *rule, const struct nlattr *data, uint16_t port)
{
	const struct nlattr *name = find(data, NFTA_TARGET_NAME);

	(void)port;
	if (is_text(name, "DNAT") || is_text(name, "REDIRECT") || is_text(name, "TPROXY"))
		rule->translates = true;
}

/* struct xt_tcp and struct xt_udp begin alike: the first and last source and destination port. */
static void take_match(struct rule *rule, const struct nlattr *data, uint16_t port)
{
	const struct nlattr *name = find(data, NFTA_MATCH_NAME);
	const struct nlattr *info = find(data, NFTA_MATCH_INFO);
	uint16_t ports[4];

	if (!info || (!is_text(name, "tcp") && !is_text(name, "udp")) ||
	    mnl_attr_get_payload_len(info) < sizeof(ports))
		return;
	memcpy(ports, mnl_attr_get_payload(info), sizeof(ports));
	take_ports(rule, ports[2], ports[3], port);
}

static void take_expression(struct rule *rule, const struct nlattr *expression, uint16_t port)
{
	static const struct {
		const char *name;
		void (*take)(struct rule *rule, const struct nlattr *data, uint16_t port);
	} expressions[] = {
		{ "cmp", take_compare },
		{ "range", take_range },
		{ "nat", take_nat },
		{ "redir", take_redirection },
		{ "tproxy", take_redirection },
		{ "target", take_target },
		{ "match", take_match },
	};
	const struct nlattr *name = find(expression, NFTA_EXPR_NAME);
	const struct nlattr *data = find(expression, NFTA_EXPR_DATA);

	for (size_t i = 0; data && i < sizeof(expressions) / sizeof(expressions[0]); i++)
		if (is_text(name, expressions[i].name))
			expressions[i].take(rule, data, port);
}

/* One that names no port at all may be for any. */
static enum truth answer_of(const struct rule *rule)
{
	if (!rule->translates || rule->excepts)
		return TRUTH_NO;
	if (rule->names_port)
		return TRUTH_YES;
	return rule->names_other ? TRUTH_NO : TRUTH_MAYBE;
}

static int rule_take(const struct nlmsghdr *nlh, void *context)
{
	struct nat_question *q = context;
	const struct nlattr *attr, *expression;
	struct rule rule = { 0 };

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) != NFTA_RULE_EXPRESSIONS)
			continue;
		mnl_attr_for_each_nested(expression, attr) {
			take_expression(&rule, expression, q->port);
		}
	}
	if (answer_of(&rule) > q->answer)
		q->answer = answer_of(&rule);
	return 0;
}

static int ask_rules(struct nat_question *q)
{
	const struct nfgenmsg body = { .nfgen_family = AF_UNSPEC };
	const struct diag_request request = {
		.type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE, .body = &body,
		.size = sizeof(body), .row = rule_take, .context = q,
	};

	return netfilter_dump(&request);
}

/* ---- iptables --------------------------------------------------------- */

/* Asked only where the table is there, for asking makes it. */
static bool has_nat_table(const char *proc_net, const char *file)
{
	char path[PROC_NET_SIZE + 32], text[256];

	snprintf(path, sizeof(path), "%s/%s", proc_net, file);
	return file_read(AT_FDCWD, path, text, sizeof(text)) > 0 &&
	       (!strncmp(text, "nat\n", 4) || strstr(text, "\nnat\n"));
}

/* More than the policies of its four chains and the end? */
static bool has_rules(int family, int level)
{
	enum { EMPTY = 5 };
	struct ipt_getinfo info = { .name = "nat" };
	socklen_t size = sizeof(info);
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	bool has = fd >= 0 && !getsockopt(fd, level, IPT_SO_GET_INFO, &info, &size) &&
		   info.num_entries > EMPTY;

	if (fd >= 0)
		close(fd);
	return has;
}

static void ask_iptables(struct nat_question *q)
{
	static const char here[] = "/proc/thread-self/net";
	bool has = (has_nat_table(here, "ip_tables_names") && has_rules(AF_INET, IPPROTO_IP)) ||
		   (has_nat_table(here, "ip6_tables_names") && has_rules(AF_INET6, IPPROTO_IPV6));

	if (has && q->answer == TRUTH_NO)
		q->answer = TRUTH_MAYBE;
}

/* ---- both ------------------------------------------------------------- */

static int ask(void *question)
{
	struct nat_question *q = question;
	int err;

	/* Nothing is translated without it; and to ask nf_tables may load its module. */
	if (access("/proc/sys/net/netfilter/nf_conntrack_max", F_OK) < 0)
		return 0;
	err = ask_rules(q);
	ask_iptables(q);
	return err;
}

enum truth facts_redirected(struct source *source, uint16_t port)
{
	struct nat_question q = { .port = port, .answer = TRUTH_NO };
	int err = source_inside(source, ask, &q);

	return err < 0 && q.answer == TRUTH_NO ? TRUTH_MAYBE : q.answer;
}
