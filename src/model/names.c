/* SPDX-License-Identifier: MIT */
/* The orders in which names are kept, so that they are found again. */
#include "model/names.h"

int user_compare(const void *a, const void *b)
{
	const struct user *left = a, *right = b;

	return (left->uid > right->uid) - (left->uid < right->uid);
}

int service_compare(const void *a, const void *b)
{
	const struct service *left = a, *right = b;

	if (left->protocol != right->protocol)
		return left->protocol - right->protocol;
	return left->port - right->port;
}

int host_compare(const void *a, const void *b)
{
	const struct host *left = a, *right = b;

	return address_compare(&left->address, &right->address);
}
