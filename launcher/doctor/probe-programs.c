/* SPDX-License-Identifier: MIT
 * owrun doctor: looks at QEMU, KVM, and programs with privileges that they should not have. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/doctor/facts.h"
#include "launcher/doctor/host.h"
#include "launcher/host/host.h"
#include "launcher/netns/dhcp.h"

#define QEMU_PREFIX "qemu-system-"
#define QEMU_TIMEOUT 30000 /* ms: a slow disk has a hundred libraries to read */

/* Where distributions put programs that are on nobody's PATH, and the usual places for a PATH that
 * lacks them. */
#define MORE_DIRECTORIES \
	":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/usr/lib/qemu:/usr/libexec" \
	":/usr/local/lib/qemu:/usr/local/libexec:/usr/libexec/qemu-kvm"

/* Is name that of a system emulator that this prints in lists: no hyphen, as in -microvm, after the
 * architecture? */
static bool names_emulator(const char *name)
{
	size_t prefix = strlen(QEMU_PREFIX);

	return strncmp(name, QEMU_PREFIX, prefix) == 0 && name[prefix] != '\0' &&
	       strpbrk(name + prefix, "-.") == NULL;
}

struct scan {
	struct doctor_facts *facts;
	void (*visit)(struct scan *scan, const char *path, const char *name);
};

static void scan_directory(const char *directory, void *context)
{
	struct scan *scan = context;
	OWNED_MEMORY char *path = text_format("%s%s", scan->facts->root, directory);
	DIR *stream = opendir(path);
	const struct dirent *entry = NULL;

	if (stream == NULL)
		return;
	while ((entry = readdir(stream)) != NULL) {
		OWNED_MEMORY char *file = text_format("%s/%s", path, entry->d_name);

		scan->visit(scan, file, entry->d_name);
	}
	closedir(stream);
}

static void add_architecture(struct scan *scan, const char *path, const char *name)
{
	char **list = &scan->facts->qemu.architectures;
	const char *word = name + strlen(QEMU_PREFIX);
	char *longer = NULL;

	if (!names_emulator(name) || access(path, X_OK) < 0)
		return;
	if (*list != NULL && text_has_word(*list, word))
		return;
	longer = *list == NULL ? text_format("%s", word) : text_format("%s %s", *list, word);
	free(*list);
	*list = longer;
}

void doctor_probe_qemu(struct doctor_facts *facts)
{
	struct scan scan = {.facts = facts, .visit = add_architecture};
	struct doctor_qemu *qemu = &facts->qemu;

	qemu->program = host_find_program(facts->root, facts->path, arch_host()->qemu);
	if (qemu->program != NULL)
		qemu->version = doctor_host_first_line(
			qemu->program, "--version", QEMU_TIMEOUT, &qemu->problem);
	qemu->image_tool = host_find_program(facts->root, facts->path, "qemu-img");
	doctor_host_each_directory(facts->path, scan_directory, &scan);
}

void doctor_probe_passt(struct doctor_facts *facts)
{
	facts->passt = host_find_program(facts->root, facts->path, "passt");
}

void doctor_probe_kvm(struct doctor_facts *facts)
{
	accel_probe(&facts->accel);
}

/* Links to one file, as /bin to /usr/bin, are one file. */
static bool noted(const struct doctor_facts *facts, const struct stat *wanted)
{
	for (size_t i = 0; i < facts->n_copies; i++) {
		struct stat st = {0};

		if (stat(facts->copies[i].path, &st) == 0 && st.st_ino == wanted->st_ino &&
			st.st_dev == wanted->st_dev)
			return true;
	}
	return false;
}

static void note_privilege(struct scan *scan, const char *path, const char *name)
{
	struct doctor_facts *facts = scan->facts;
	bool bridge_helper = strcmp(name, "qemu-bridge-helper") == 0;
	struct doctor_copy copy = {.bridge_helper = bridge_helper};
	struct stat st = {0};

	if (strncmp(name, QEMU_PREFIX, strlen(QEMU_PREFIX)) != 0 && !bridge_helper &&
		strcmp(name, "qemu-kvm") != 0 && strcmp(name, "owrun") != 0 &&
		strcmp(name, "owvm-bridge-helper") != 0)
		return;
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	copy.set_id = (st.st_mode & (S_ISUID | S_ISGID)) != 0;
	copy.capable = doctor_host_capable(path);
	if ((!copy.set_id && !copy.capable) || facts->n_copies == DOCTOR_COPIES_MAX ||
		noted(facts, &st))
		return;
	copy.path = text_format("%s", path);
	facts->copies[facts->n_copies++] = copy;
}

void doctor_probe_copies(struct doctor_facts *facts)
{
	OWNED_MEMORY char *list = text_format("%s" MORE_DIRECTORIES "%s%s%s%s",
		facts->path == NULL ? "" : facts->path, facts->home == NULL ? "" : ":",
		facts->home == NULL ? "" : facts->home,
		facts->home == NULL ? "" : "/bin:", facts->home == NULL ? "" : facts->home);
	struct scan scan = {.facts = facts, .visit = note_privilege};

	doctor_host_each_directory(list, scan_directory, &scan);
}

void doctor_probe_lan(struct doctor_facts *facts)
{
	facts->lan.dhcp = dhcp_find();
}
