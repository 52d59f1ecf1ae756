/* SPDX-License-Identifier: MIT
 * The language of the policy: text -> rules and errors. Pure: it opens nothing.
 *
 *     permit|deny  user NAME|UID | group NAME|GID | any  bridge PATTERN  OPTION...
 *
 * One rule a line, words separated by spaces and tabs. '#' at the start of a word begins a comment
 * that goes to the end of the line; blank lines are skipped. PATTERN: a name, a prefix and '*', or
 * either with '%U', the caller's uid, in it. OPTION, in any order, each at most once, and none of
 * them in a deny rule:
 *
 *     create          the bridge is made when it is missing (not with a bare '*')
 *     taps N          ports of one user, on all bridges together: 1-100 (8)
 *     queues N        queues of one port: 1-16 (1)
 *     mtu N           of the ports, in bytes: 68-65535 (the bridge's own)
 *     rate N          Mbit/s of one port, in each direction: 1-100000 (no limit)
 *     mac own|any     which addresses the guest may use (any where the pattern has '%U', else own)
 *     isolated        ports of this rule do not reach each other
 *     vhost           the ports may have vhost-net
 *     dhcp-server     the guest may serve DHCP and be a router (given where the pattern has '%U')
 *     ip CIDR         the network that the guest's IPv4 addresses are of (any)
 *     address CIDR    the host's own address on the bridge (none); with 'create', for one bridge
 *     netns           interfaces in namespaces of the user's own (given where the pattern has '%U')
 *
 * A word of digits is always an id, never a name. Rules hold printable ASCII only; comments may be
 * UTF-8. Every line ends in a newline, the last one too: a file without it may have been cut short
 * in the middle of a rule. */
#ifndef OWVM_POLICY_POLICY_PARSE_H
#define OWVM_POLICY_POLICY_PARSE_H

#include <stddef.h>

struct policy;
struct policy_names;

/* Read text[0..size) and add its rules to the policy, or the first error of each line that has one.
 * `file` is what rules and errors name as their place; it must live as long as the policy. */
void policy_parse(struct policy *policy, const char *file, const char *text, size_t size,
	const struct policy_names *names);

#endif
