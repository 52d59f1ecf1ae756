/* SPDX-License-Identifier: MIT
 * Has a kernel shown up on the console of a VM? */
#include "launcher/console/boot.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/console/missing.h"
#include "launcher/runtime/file.h"

#define HEAD_SIZE 12288 /* bytes of a log: no firmware has that much to say */
#define PATIENCE 10	/* seconds */
#define NOTHING_TO_BOOT "No bootable device"
#define ESCAPE '\033'

/* How lines of firmware and of boot loaders begin. */
static const char *const firmware[] = {"SeaBIOS", "Machine UUID", "Booting from", "Boot failed",
	NOTHING_TO_BOOT, "iPXE", "://ipxe.org", "Press Ctrl-B", "Features:", "net0", "net1", "net2",
	"[Link", "Configuring (net", "Nothing to boot", "No more network devices",
	"BdsDxe:", "UEFI Interactive Shell", "GRUB", "Welcome to GRUB", "SYSLINUX", "ISOLINUX"};

/* Skip a control sequence whose first byte is at `at`. */
static size_t skip_sequence(const char *log, size_t size, size_t at)
{
	at++;
	if (at < size && log[at] == '[')
		for (at++; at < size && strchr("0123456789;?", log[at]) != NULL && log[at] != '\0';)
			at++;
	return at < size ? at + 1 : size;
}

/* Take a line without its control sequences and the blanks in front; what is longer is cut. */
static size_t take_line(const char *log, size_t size, char *ret_line, size_t max)
{
	size_t at = 0, used = 0;

	while (at < size && strchr("\r\n\b", log[at]) == NULL) {
		if (log[at] == ESCAPE) {
			at = skip_sequence(log, size, at);
			continue;
		}
		if ((used > 0 || log[at] != ' ') && used < max - 1)
			ret_line[used++] = log[at];
		at++;
	}
	ret_line[used] = '\0';
	return at < size ? at + 1 : size;
}

static bool is_firmware(const char *line)
{
	for (size_t i = 0; i < sizeof(firmware) / sizeof(firmware[0]); i++)
		if (strncmp(line, firmware[i], strlen(firmware[i])) == 0)
			return true;
	return false;
}

enum boot_sign boot_sign_of(const char *log, size_t size)
{
	enum boot_sign sign = BOOT_SILENT;

	for (size_t at = 0; at < size;) {
		char line[64] = "";

		at += take_line(log + at, size - at, line, sizeof(line));
		if (line[0] == '\0')
			continue;
		if (!is_firmware(line))
			return BOOT_MORE;
		sign = strncmp(line, NOTHING_TO_BOOT, strlen(NOTHING_TO_BOOT)) == 0 ? BOOT_GIVEN_UP
										    : BOOT_FIRMWARE;
	}
	return sign;
}

static enum boot_sign look(const struct runtime *runtime)
{
	OWNED_FD log =
		runtime_file_open(runtime->directory_fd, RUNTIME_CONSOLE_LOG, RUNTIME_LOG_MAX);
	char head[HEAD_SIZE];
	ssize_t length = log < 0 ? -1 : read(log, head, sizeof(head));

	if (length < 0 || (size_t)length == sizeof(head))
		return BOOT_MORE;
	return boot_sign_of(head, (size_t)length);
}

char *boot_missing(const struct runtime *runtime, const json_t *state)
{
	static const char *const reasons[] = {
		[BOOT_SILENT] = "its console is silent",
		[BOOT_FIRMWARE] = "only its firmware or a boot loader has printed something",
		[BOOT_GIVEN_UP] = "its firmware found nothing to boot on its disks",
	};
	json_int_t started = json_integer_value(json_object_get(state, "started"));
	long long seconds = (long long)time(NULL) - started;
	OWNED_MEMORY char *elsewhere = console_missing(runtime, "");
	enum boot_sign sign = BOOT_MORE;

	if (started <= 0 || seconds < PATIENCE || elsewhere != NULL)
		return NULL;
	sign = look(runtime);
	return sign == BOOT_MORE
		       ? NULL
		       : text_format("no sign of a kernel for %lld s: %s", seconds, reasons[sign]);
}
