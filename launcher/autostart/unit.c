/* SPDX-License-Identifier: MIT
 * A unit of systemd's that starts a VM. */
#include "launcher/autostart/unit.h"

#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

/* One word of a command, of which systemd makes nothing else. */
static char *word(const char *text)
{
	char *quoted = text_format("\"");

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < ' ' || byte == 0x7f)
			text_append(&quoted, "\\x%02x", byte);
		else if (byte == '%' || byte == '$')
			text_append(&quoted, "%c%c", byte, byte);
		else
			text_append(&quoted, "%s%c", byte == '"' || byte == '\\' ? "\\" : "", byte);
	}
	text_append(&quoted, "\"");
	return quoted;
}

char *unit_text(const char *owrun, const char *name, const char *directory)
{
	OWNED_MEMORY char *program = word(owrun);
	OWNED_MEMORY char *place = word(directory);

	/* owrun leaves QEMU behind, whose end is that of the unit. Where the VM has ended by itself
	 * there is nothing to stop. */
	return text_format(UNIT_MARK
		"[Unit]\n"
		"Description=VM %s of owrun\n"
		"Documentation=man:owrun(1)\n"
		"\n"
		"[Service]\n"
		"Type=forking\n"
		"PIDFile=%%t/owvm/%s/pid\n"
		"ExecStart=%s run -d %s\n"
		"ExecStop=-%s stop --timeout 60 %s\n"
		"TimeoutStartSec=300\n"
		"TimeoutStopSec=100\n"
		"\n"
		"[Install]\n"
		"WantedBy=default.target\n",
		name, name, program, place, program, name);
}

char *unit_name(const char *name)
{
	return text_format("owrun@%s.service", name);
}
