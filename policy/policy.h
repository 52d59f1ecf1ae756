/* SPDX-License-Identifier: MIT
 * The policy: which user or group may use which bridge, and how.
 *
 * One rule a line; nothing is permitted unless a rule permits it; the last matching rule decides.
 * Layers: policy-parse.c and policy-option.c turn text into rules (pure), policy-load.c reads the
 * files and policy-trust.c checks who could have written them, policy-decide.c answers one question
 * about one subject (pure). README.md names all files. */
#ifndef OWVM_POLICY_POLICY_H
#define OWVM_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "common/cidr.h"
#include "common/code.h"
#include "common/ifname.h"
#include "common/mac.h"
#include "common/wire.h"

#define POLICY_TAPS_DEFAULT 8
#define POLICY_TAPS_MAX IFNAME_SLOT_MAX
#define POLICY_MTU_MIN 68 /* bytes; RFC 791 */
#define POLICY_MTU_MAX 65535
#define POLICY_RATE_MAX 100000	      /* Mbit/s */
#define POLICY_TOKEN_MAX 63	      /* longest word of a rule, bytes */
#define POLICY_FILE_MAX (1024 * 1024) /* bytes of one file */
#define POLICY_FILES_MAX 256	      /* files of policy.d */
#define POLICY_ERRORS_MAX 1000	      /* errors that are kept; then one more says so */

enum policy_subject_kind { POLICY_ANY, POLICY_USER, POLICY_GROUP };
enum policy_pattern_kind { POLICY_NAME, POLICY_PREFIX, POLICY_OWN };
enum policy_mac { POLICY_MAC_OWN, POLICY_MAC_ANY };

/* One line of the policy. */
struct policy_rule {
	const char *file; /* owned by the policy */
	unsigned int line;
	bool permit;
	enum policy_subject_kind subject;
	uint32_t id; /* uid or gid */
	/* POLICY_NAME: before is the name. POLICY_PREFIX: what stands before the '*', maybe
	 * nothing. POLICY_OWN: before and after surround the uid, and where there is a star,
	 * anything may follow. */
	enum policy_pattern_kind pattern;
	char before[IFNAME_SIZE];
	char after[IFNAME_SIZE];
	bool star; /* the pattern ends in '*' */
	bool create;
	bool isolated;
	bool vhost;
	bool dhcp_server; /* given, or the pattern is POLICY_OWN */
	bool netns;	  /* likewise: clients are permitted */
	unsigned int taps;
	unsigned int queues; /* of one port; default 1 */
	uint32_t mtu;	     /* bytes; 0: the bridge's own */
	uint32_t rate;	     /* Mbit/s of one port, in each direction; 0: no limit */
	enum policy_mac mac;
	struct cidr ip;	     /* what the guest may use; {0}: anything */
	struct cidr address; /* the host's own on the bridge; {0}: the host is not on it */
};

struct policy;

/* Who asks, as the kernel told it. gids may be in any order and hold duplicates. */
struct policy_subject {
	uint32_t uid;
	const uint32_t *gids;
	size_t n_gids;
};

/* What a TAP or CLIENT request asks for. */
struct policy_query {
	struct policy_subject subject;
	const char *bridge;
	const uint8_t *mac;  /* NULL: none declared */
	unsigned int queues; /* 1 ... WIRE_QUEUES_MAX */
	bool vhost;	     /* vhost fds are wanted */
	bool netns;	     /* no tap, but an interface in a network namespace */
};

struct policy_decision {
	enum code code;			/* CODE_OK: permitted as below */
	const struct policy_rule *rule; /* the deciding rule; NULL: none matched */
	char text[WIRE_TEXT_SIZE];	/* the explanation of a refusal */
};

/* Where the policy lives. netd passes compile-time constants. */
struct policy_paths {
	const char *main;      /* policy.conf: must exist */
	const char *directory; /* policy.d: may be missing; its *.conf are read in lexical order */
	const char *subuid;    /* subuid(5); may be missing: no subordinate ids */
	/* Every file, and each directory up to '/', must belong to this uid, be no symlink, and be
	 * writable by nobody else: 0, but the caller's own in unit tests. */
	uint32_t owner;
};

/* Load the policy. Always returns an object (or aborts when memory is gone): one that found
 * anything wrong in any file is broken and permits nothing. Looks names up (NSS), which loads
 * code of others: only for processes without a privilege. Free with policy_free(). */
struct policy *policy_load(const struct policy_paths *paths);
void policy_free(struct policy *policy);

/* NULL when the policy is sound; else the first error, as "file:line", or "file" where no line is
 * to blame: safe to tell any client. Owned by the policy. */
const char *policy_broken_at(const struct policy *policy);

/* Write all errors, one "file:line:col: message" a line: for the administrator's eyes. */
void policy_print_errors(const struct policy *policy, FILE *stream);

/* Decide. *ret_decision points into the policy and lives as long as it. */
void policy_decide(const struct policy *policy, const struct policy_query *query,
	struct policy_decision *ret_decision);

/* The first rule at or after *cursor whose subject covers the caller; NULL at the end, or where
 * the identity is refused or the policy is broken. *cursor moves behind it. */
const struct policy_rule *policy_next(
	const struct policy *policy, const struct policy_subject *subject, uint32_t *cursor);

/* The refusal that identity alone (overflow uid, subordinate uid) or a broken policy gives this
 * caller, whatever is asked: CODE_IDENTITY, CODE_POLICY_BROKEN with ret_text, or CODE_OK. */
enum code policy_admit(const struct policy *policy, const struct policy_subject *subject,
	char ret_text[WIRE_TEXT_SIZE]);

/* The pattern of a rule for one uid, "%U" filled in. */
void policy_pattern_format(
	const struct policy_rule *rule, uint32_t uid, char ret_text[IFNAME_SIZE]);

#endif
