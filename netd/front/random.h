/* SPDX-License-Identifier: MIT
 * Addresses that netd itself picks. */
#ifndef OWVM_NETD_FRONT_RANDOM_H
#define OWVM_NETD_FRONT_RANDOM_H

#include "common/mac.h"

/* A fresh address: MAC_HOST_PREFIX and five random bytes. Guests may never use that prefix, so
 * neither can it be guessed nor can it push out a guest's fdb entry. */
void random_mac(uint8_t ret_mac[MAC_SIZE]);

#endif
