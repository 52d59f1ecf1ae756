/* SPDX-License-Identifier: MIT
 * From the description of a VM to a running one: what its shares keep from the guest. */
#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/host/share-check.h"
#include "launcher/start/private.h"

void start_tell_shares(const struct start *start)
{
	for (size_t i = 0; i < start->vm->n_shares; i++) {
		const struct share *share = &start->vm->shares[i];
		OWNED_MEMORY char *path = share_find_link(share);

		if (path != NULL)
			text_say(
				"share '%s': the guest cannot read symlinks of this host, as '%s'; with ',shared' it can",
				share->path, path);
	}
}
