/* SPDX-License-Identifier: MIT
 * The accelerator: is KVM there, and does it work?
 *
 * A /dev/kvm that opens proves little: there are hosts (nested ones without hardware support) where
 * it opens, says API 12, makes VMs, and every guest then spins. So the hardware's module or the
 * CPU's flag has to be there too. */
#include "launcher/host/accel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/vm/arch.h"

#define X86_PACKAGE "qemu-system-x86"
#define KVM_API 12 /* the only one since Linux 2.6.22 */

static bool cpu_has_flag(void)
{
	OWNED_MEMORY char *line = NULL;
	FILE *stream = fopen("/proc/cpuinfo", "re");
	size_t size = 0;
	bool found = false;

	if (stream == NULL)
		return false;
	while (!found && getline(&line, &size, stream) >= 0)
		if (strncmp(line, "flags", 5) == 0)
			found = text_has_word(line, "vmx") || text_has_word(line, "svm");
	fclose(stream);
	return found;
}

void accel_probe(struct accel_facts *ret_facts)
{
	OWNED_FD fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	struct accel_facts facts = {.open_error = fd < 0 ? errno : 0, .api = -1};

	if (fd >= 0)
		facts.api = ioctl(fd, KVM_GET_API_VERSION, 0);
	/* Other processors have no such module: there KVM is a part of the kernel. */
	facts.module = strcmp(arch_host()->package, X86_PACKAGE) != 0 ||
		       access("/sys/module/kvm_intel", F_OK) == 0 ||
		       access("/sys/module/kvm_amd", F_OK) == 0;
	facts.cpu_flag = cpu_has_flag();
	*ret_facts = facts;
}

/* Why KVM cannot be used, or NULL. */
static char *obstacle(const struct accel_facts *facts)
{
	if (facts->foreign)
		return text_format("the guest's processor is of another kind than this host's");
	if (facts->open_error == EACCES)
		return text_format("/dev/kvm may not be opened by you (group 'kvm')");
	if (facts->open_error != 0)
		return text_format("/dev/kvm does not open: %s", strerror(facts->open_error));
	if (facts->api != KVM_API)
		return text_format("/dev/kvm has API version %d, not 12", facts->api);
	if (!facts->module && !facts->cpu_flag)
		return text_format(
			"/dev/kvm opens, but neither kvm_intel nor kvm_amd is loaded and the CPU shows no vmx or svm");
	return NULL;
}

int accel_choose(enum accel wanted, const struct accel_facts *facts, enum accel *ret_accel,
	char **ret_reason, char **reterr_text)
{
	OWNED_MEMORY char *reason = NULL;

	if (wanted == ACCEL_TCG) {
		*ret_accel = ACCEL_TCG;
		*ret_reason = text_format("that was asked for");
		return 0;
	}
	reason = obstacle(facts);
	if (reason != NULL && wanted == ACCEL_KVM)
		return text_fail(reterr_text, -ENODEV,
			"KVM cannot be used: %s; '--accel tcg' works everywhere, more slowly",
			reason);
	if (reason == NULL && wanted == ACCEL_AUTO && facts->remembered != NULL)
		reason = text_format("%s", facts->remembered);
	*ret_accel = reason == NULL ? ACCEL_KVM : ACCEL_TCG;
	*ret_reason = reason == NULL ? text_format("/dev/kvm works") : reason;
	reason = NULL;
	return 0;
}
