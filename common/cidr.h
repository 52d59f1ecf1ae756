/* SPDX-License-Identifier: MIT
 * IPv4 address and prefix length, written "192.0.2.1/24" (RFC 4632). Pure. */
#ifndef OWVM_COMMON_CIDR_H
#define OWVM_COMMON_CIDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CIDR_TEXT_SIZE 19 /* "255.255.255.255/32" with the NUL */

/* {0} stands for "none": no text is read as it. */
struct cidr {
	uint32_t address;    /* host byte order, host bits kept */
	unsigned int prefix; /* 1 ... 32 */
};

/* Read "A.B.C.D/N", all of `length` bytes, no leading zeros, N from 1 to 32. False: anything
 * else. */
bool cidr_parse(const char *text, size_t length, struct cidr *ret_cidr);

void cidr_format(const struct cidr *cidr, char ret_text[CIDR_TEXT_SIZE]);

/* The netmask, host byte order; for "none" the mask that fits everything. */
static inline uint32_t cidr_mask(const struct cidr *cidr)
{
	return cidr->prefix == 0 ? 0 : UINT32_MAX << (32 - cidr->prefix);
}

#endif
