/* SPDX-License-Identifier: MIT
 * What is remembered of a VM from one start to the next: a small JSON file in its directory.
 *
 * {"kvm": {"reason": TEXT, "time": SECONDS}} tells why the accelerator `auto` leaves KVM alone, and
 * {"ports": {"127.0.0.1:0:80": PORT}} what an automatic forward got, and {"macs": {"0": MAC}} what
 * address a NIC has whose own was taken, or that follows from the host too: where "macs" is, the VM
 * was created by an owrun that knew of that. Members that this version does not know are kept. */
#ifndef OWVM_LAUNCHER_HOME_REMEMBER_H
#define OWVM_LAUNCHER_HOME_REMEMBER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "common/mac.h"
#include "launcher/home/vmdir.h"
#include "launcher/vm/forward.h"

#define REMEMBER_PORTS_MAX 128 /* automatic ports in the file; more, and it starts anew */

/* The directory of the file of a VM that was only run, which has no other:
 * ~/.local/state/owvm/run/NAME. Open it, or make it, as state_home_open() does. */
int remember_open_run(const char *name, struct vmdir *ret_directory, char **reterr_text);
int remember_make_run(const char *name, struct vmdir *ret_directory, char **reterr_text);

/* Remove that. Returns whether it was there. */
bool remember_forget_run(const char *name);

/* Read the file in a directory (VMDIR_NONE: there is none). Never NULL: an object that the caller
 * gives back, empty when there is no file. Where it cannot be used, *ret_complaint is a sentence
 * that says so, which the caller frees, and the object is empty. */
json_t *remember_load(const struct vmdir *vmdir, char **ret_complaint);

/* Replace the file at once, mode 0600; nothing is written that is there already, and an empty
 * object removes the file. Returns 0, or -errno with a sentence. */
int remember_save(const struct vmdir *vmdir, const json_t *remembered, char **reterr_text);

/* A phrase that says why KVM is not to be chosen, or NULL. The caller frees it. */
char *remember_kvm(const json_t *remembered);

/* KVM failed at that time; the reason is a phrase, such as "it showed no sign of life". */
void remember_kvm_failed(json_t *remembered, const char *reason, time_t when);
void remember_kvm_works(json_t *remembered);

/* The address of the NIC of that number, if one is remembered. */
bool remember_mac(const json_t *remembered, size_t nic, uint8_t ret_mac[MAC_SIZE]);
void remember_mac_is(json_t *remembered, size_t nic, const uint8_t mac[MAC_SIZE]);

/* Have the addresses of a VM that is just created follow from its host, too, see
 * netd-client/address.h. Returns 0, or -errno with a sentence. */
int remember_by_host(const struct vmdir *vmdir, char **reterr_text);
bool remember_is_by_host(const json_t *remembered);

/* forward_probe(), where automatic ports become the remembered ones if they are free; what they
 * became is noted. Returns 0, or -errno with a sentence. */
int remember_probe(json_t *remembered, struct forward *forwards, size_t n, char **reterr_text);

#endif
