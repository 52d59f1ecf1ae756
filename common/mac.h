/* SPDX-License-Identifier: MIT
 * MAC addresses: text form, the space of a uid, what a guest may use. */
#ifndef OWVM_COMMON_MAC_H
#define OWVM_COMMON_MAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAC_SIZE 6
#define MAC_TEXT_SIZE 18 /* "02:00:00:00:00:00" and the NUL */

/* First byte of every address that netd itself picks: the host side of a port, a bridge. */
#define MAC_HOST_PREFIX 0xfe

/* Read "aa:bb:cc:dd:ee:ff" (hex, either case). Writes ret_mac and returns true, or returns false.
 * */
bool mac_parse(const char *text, uint8_t ret_mac[MAC_SIZE]);

void mac_format(const uint8_t mac[MAC_SIZE], char ret_text[MAC_TEXT_SIZE]);

/* May a guest ever bear this address? Refused: multicast, the zero address, and the prefix of
 * netd's own addresses. */
bool mac_valid_for_guest(const uint8_t mac[MAC_SIZE]);

/* Is the address in the space of uid: locally administered unicast first byte other than 0xfe,
 * then the uid in four bytes, big-endian, then a free byte? */
bool mac_in_space(const uint8_t mac[MAC_SIZE], uint32_t uid);

/* The address in the space of uid that a NIC of a VM bears: stable for (name, nic). */
void mac_derive(uint32_t uid, const char *name, unsigned int nic, uint8_t ret_mac[MAC_SIZE]);

#endif
