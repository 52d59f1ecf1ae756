/* SPDX-License-Identifier: MIT
 * What a `create` that was killed has left in the directory of a VM. */
#include "launcher/home/unfinished.h"

bool unfinished_sweep(const struct vmdir *vmdir)
{
	bool disk = vmdir_has(vmdir, UNFINISHED_DISK), conf = vmdir_has(vmdir, UNFINISHED_CONF);

	if (!vmdir_has(vmdir, VMDIR_CONF) && vmdir_same(vmdir, UNFINISHED_DISK, VMDIR_DISK))
		(void)!vmdir_unlink(vmdir, VMDIR_DISK);
	if (disk)
		(void)!vmdir_unlink(vmdir, UNFINISHED_DISK);
	if (conf)
		(void)!vmdir_unlink(vmdir, UNFINISHED_CONF);
	return disk || conf;
}
