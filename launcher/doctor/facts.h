/* SPDX-License-Identifier: MIT
 * owrun doctor: what this host and this login offer, judged, with the command that mends it.
 *
 * Probes look at the host and fill in facts; judges turn facts into findings and touch nothing.
 * Neither needs a privilege, and no probe waits for long. */
#ifndef OWVM_LAUNCHER_DOCTOR_FACTS_H
#define OWVM_LAUNCHER_DOCTOR_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/ifname.h"
#include "launcher/host/accel.h"
#include "launcher/host/bridge.h"
#include "launcher/host/small-file.h"
#include "launcher/netd-client/client.h"
#include "launcher/netd-client/group.h"

#define DOCTOR_COPIES_MAX 32
#define DOCTOR_SPACES 3
#define DOCTOR_BRIDGES_MAX 64

/* Programs that must not have a privilege. */
struct doctor_copy {
	char *path;
	bool bridge_helper; /* qemu-bridge-helper, which some distributions mean to be setuid */
	bool set_id;	    /* setuid or setgid */
	bool capable;	    /* it has file capabilities */
};

struct doctor_qemu {
	char *program;	     /* NULL: not on PATH */
	char *version;	     /* the first line that it prints; NULL: none */
	char *architectures; /* "aarch64 x86_64": all that are on PATH */
	char *image_tool;    /* NULL: not on PATH */
	char *problem;	     /* why there is no version */
};

struct doctor_tun {
	int error; /* errno of looking at it; 0: it is there */
	bool device;
	mode_t mode;
	int open_error; /* errno of opening a device that is for everybody */
};

struct doctor_netd {
	enum netd_kind kind;
	bool capable;	/* the helper has a file capability */
	int error;	/* 0: it answered; -ENODATA: the helper was not even asked */
	char *sentence; /* about the error */
	json_t *nets;	/* rows of nets_fetch() */
	enum group_standing standing;
};

/* One that is there and that a rule permits. */
struct doctor_bridge {
	char name[IFNAME_SIZE];
	struct bridge kernel;
	bool has_vms;		  /* ports of netd's */
	char uplink[IFNAME_SIZE]; /* the first of its other ports; "": there is none */
	bool leads_out;		  /* one of those has a carrier */
	bool drifts;		  /* its address goes with users' ports */
};

struct doctor_filter {
	int64_t iptables; /* bridge-nf-call-iptables */
	bool docker;	  /* its bridge is there */
	bool ufw_drops;	  /* ufw is enabled and its policy of forwarding is to drop */
};

struct doctor_namespaces {
	int64_t clone, max, apparmor; /* the three settings */
	bool ranges;		      /* the user has one of subordinate uids, and of gids */
	int error;		      /* errno of trying one; 0: it serves */
	char *owrun;		      /* where this program is; NULL: not known */
};

struct doctor_lan {
	char *dhcp; /* the DHCP client that `owrun lan` would start; NULL: there is none */
};

struct doctor_range {
	int64_t first, last; /* SMALL_FILE_ABSENT: not known */
};

struct doctor_runtime {
	bool systemd, linger;
	bool candidate; /* /run/user/UID is there and the user's */
	char *problem;	/* of $XDG_RUNTIME_DIR; NULL: none */
	char *used;	/* the directory that owrun uses */
	char *unfit;	/* why it cannot; NULL: it can */
};

struct doctor_data {
	char *path;   /* where VMs are kept */
	char *parent; /* the nearest directory that exists */
	int error;    /* errno of wanting to write there */
	char *unfit;  /* who else could write there; NULL: nobody */
	char *mend;   /* the command against that; NULL: the user has none */
};

struct doctor_space {
	const char *what;
	char *path, *parent;  /* the second is there already */
	uint64_t free, least; /* bytes */
	int error;	      /* errno */
};

struct doctor_log {
	char *name, *path;   /* of the VM, of its console log */
	uint64_t used, free; /* bytes, the second where it is */
};

struct doctor_firewall {
	bool ufw;	/* it is enabled */
	json_t *opened; /* forwards of living VMs that do not listen on loopback alone, as texts */
};

struct doctor_facts {
	const char *root; /* goes before the paths of the host: "" but in tests */
	uid_t uid;
	char *user;  /* login name */
	gid_t *gids; /* of this process, the effective one included */
	size_t n_gids;
	const char *path; /* of the environment, each may be NULL: borrowed */
	const char *home;
	char *account_home; /* what the account says; NULL: it has none */
	const char *xdg_runtime, *xdg_data, *xdg_cache;
	struct doctor_qemu qemu;
	char *passt; /* the program; NULL: not on PATH */
	struct accel_facts accel;
	struct doctor_copy copies[DOCTOR_COPIES_MAX];
	size_t n_copies;
	struct doctor_tun tun;
	struct doctor_netd netd;
	struct doctor_bridge bridges[DOCTOR_BRIDGES_MAX];
	size_t n_bridges;
	struct doctor_filter filter;
	struct doctor_namespaces namespaces;
	struct doctor_lan lan;
	struct doctor_range ping, automatic_ports;
	int64_t first_port; /* ip_unprivileged_port_start */
	struct doctor_runtime runtime;
	struct doctor_data data;
	struct doctor_space spaces[DOCTOR_SPACES];
	struct doctor_log log; /* the largest of the VMs'; its path is NULL: there is none */
	struct doctor_firewall firewall;
	int landlock; /* version of its interface, or -errno */
};

/* Who asks. The rest is for the probes to fill in. */
void doctor_facts_init(struct doctor_facts *ret_facts);
void doctor_facts_free(struct doctor_facts *facts);

void doctor_probe_qemu(struct doctor_facts *facts);
void doctor_probe_kvm(struct doctor_facts *facts);
void doctor_probe_copies(struct doctor_facts *facts);
void doctor_probe_tun(struct doctor_facts *facts);
void doctor_probe_netd(struct doctor_facts *facts);
void doctor_probe_bridges(struct doctor_facts *facts); /* what netd told is there */
void doctor_probe_lan(struct doctor_facts *facts);
void doctor_probe_filter(struct doctor_facts *facts);
void doctor_probe_namespaces(struct doctor_facts *facts);
void doctor_probe_ping(struct doctor_facts *facts);
void doctor_probe_ports(struct doctor_facts *facts);
void doctor_probe_runtime(struct doctor_facts *facts);
void doctor_probe_data(struct doctor_facts *facts);
void doctor_probe_space(struct doctor_facts *facts);
void doctor_probe_log(struct doctor_facts *facts);
void doctor_probe_firewall(struct doctor_facts *facts);
void doctor_probe_passt(struct doctor_facts *facts);
void doctor_probe_landlock(struct doctor_facts *facts);

/* Each adds one finding or several; see doctor/finding.h. Pure. */
void doctor_judge_qemu(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_kvm(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_copies(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_tun(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_netd(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_bridges(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_lan(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_filter(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_namespaces(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_ping(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_ports(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_runtime(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_data(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_space(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_log(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_firewall(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_passt(const struct doctor_facts *facts, json_t *findings);
void doctor_judge_landlock(const struct doctor_facts *facts, json_t *findings);

#endif
