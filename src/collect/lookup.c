/* SPDX-License-Identifier: MIT */
/* Names of services and hosts. */
#include "collect/lookup.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_one_of(const char *name, char *words)
{
	char *rest = NULL;

	for (char *word = strtok_r(words, " \t\r", &rest); word;
	     word = strtok_r(NULL, " \t\r", &rest))
		if (strcasecmp(word, name) == 0)
			return true;
	return false;
}

/* "name port/protocol alias...": its port, or -1. */
static long port_of_line(char *line, const char *name)
{
	char *rest = NULL, *end, *first, *number;
	unsigned long port;

	line[strcspn(line, "#\n")] = '\0';
	first = strtok_r(line, " \t\r", &rest);
	number = first ? strtok_r(NULL, " \t\r", &rest) : NULL;
	if (!number || (strcasecmp(first, name) != 0 && !is_one_of(name, rest)))
		return -1;
	port = strtoul(number, &end, 10);
	return *end == '/' && end != number && port <= UINT16_MAX ? (long)port : -1;
}

static size_t add_once(uint16_t *ports, size_t count, uint16_t port)
{
	for (size_t i = 0; i < count; i++)
		if (ports[i] == port)
			return count;
	ports[count] = port;
	return count + 1;
}

size_t lookup_service(const char *name, uint16_t *ports, size_t most)
{
	FILE *file = fopen("/etc/services", "re");
	size_t count = 0, size = 0;
	char *line = NULL;

	if (!file)
		return 0;
	while (count < most && getline(&line, &size, file) >= 0) {
		long port = port_of_line(line, name);

		if (port >= 0)
			count = add_once(ports, count, (uint16_t)port);
	}
	free(line);
	fclose(file);
	return count;
}

static bool copy_address(struct address *address, const struct addrinfo *info)
{
	*address = (struct address){ .family = (uint8_t)info->ai_family };
	if (info->ai_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)info->ai_addr;

		memcpy(address->bytes, &in->sin_addr, sizeof(in->sin_addr));
		return true;
	}
	if (info->ai_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)info->ai_addr;

		memcpy(address->bytes, &in6->sin6_addr, sizeof(in6->sin6_addr));
		return true;
	}
	return false;
}

size_t lookup_host(const char *name, struct address *addresses, size_t most)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	size_t count = 0;

	if (getaddrinfo(name, NULL, &hints, &list) != 0)
		return 0;
	for (const struct addrinfo *info = list; info && count < most; info = info->ai_next)
		count += copy_address(&addresses[count], info);
	freeaddrinfo(list);
	return count;
}
