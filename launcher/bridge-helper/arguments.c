/* SPDX-License-Identifier: MIT
 * The command line of owvm-bridge-helper: that of QEMU's own helper, and what owvm-netd asks for
 * besides. */
#include "launcher/bridge-helper/arguments.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "common/number.h"
#include "common/wire.h"
#include "launcher/base/text.h"

const char bridge_arguments_help[] =
	"usage: " BRIDGE_PROGRAM
	" [--use-vnet] --br=BRIDGE --fd=N [--mac=MAC] [--label=NAME]\n"
	"Gives QEMU a tap on a bridge, as the policy of owvm-netd permits it to you. QEMU runs it:\n"
	"\n"
	"  -netdev bridge,id=lan,br=BRIDGE,helper=/PATH/TO/" BRIDGE_PROGRAM
	"\n"
	"  -netdev bridge,id=lan,br=BRIDGE,helper=\"" BRIDGE_PROGRAM
	" --mac=MAC\"\n"
	"\n"
	"  --br=BRIDGE   the bridge\n"
	"  --fd=N        the Unix socket that the tap is sent over\n"
	"  --use-vnet    the caller can do with a virtio-net header before each frame\n"
	"  --mac=MAC     the only address that the guest may use: give its device the same mac=\n"
	"  --label=NAME  what 'owrun ports' calls the VM\n"
	"  --help, --version\n";

static int take_bridge(const char *value, struct bridge_arguments *arguments, char **reterr_text)
{
	if (!ifname_valid(value, strlen(value)))
		return text_fail(reterr_text, -EINVAL,
			"'--br=%s': a bridge's name is 1-15 letters, digits and '._-'", value);
	arguments->bridge = value;
	return 0;
}

static int take_fd(const char *value, struct bridge_arguments *arguments, char **reterr_text)
{
	uint32_t number = 0;

	if (!number_parse(value, strlen(value), INT_MAX, &number))
		return text_fail(
			reterr_text, -EINVAL, "'--fd=%s': that is no number of an fd", value);
	arguments->fd = (int)number;
	return 0;
}

static int take_mac(const char *value, struct bridge_arguments *arguments, char **reterr_text)
{
	if (!mac_parse(value, arguments->mac))
		return text_fail(reterr_text, -EINVAL,
			"'--mac=%s': an address is six bytes such as '02:00:00:03:e8:01'", value);
	arguments->with_mac = true;
	return 0;
}

static int take_label(const char *value, struct bridge_arguments *arguments, char **reterr_text)
{
	size_t valid = 0;

	while (wire_label_char_valid(value[valid]))
		valid++;
	if (value[valid] != '\0' || valid >= WIRE_LABEL_SIZE)
		return text_fail(reterr_text, -EINVAL,
			"'--label=%s': a VM's name is at most %d letters, digits and '._-'", value,
			WIRE_LABEL_SIZE - 1);
	arguments->label = value;
	return 0;
}

static int take_use_vnet(const char *value, struct bridge_arguments *arguments, char **reterr_text)
{
	(void)value;
	(void)reterr_text;
	arguments->use_vnet = true;
	return 0;
}

static int take_help(const char *value, struct bridge_arguments *arguments, char **reterr_text)
{
	(void)value;
	(void)reterr_text;
	arguments->help = true;
	return 0;
}

static int take_version(const char *value, struct bridge_arguments *arguments, char **reterr_text)
{
	(void)value;
	(void)reterr_text;
	arguments->version = true;
	return 0;
}

/* A name that ends in '=' wants a value. */
static const struct option {
	const char *name;
	int (*take)(const char *value, struct bridge_arguments *arguments, char **reterr_text);
} options[] = {
	{"--br=", take_bridge},
	{"--fd=", take_fd},
	{"--mac=", take_mac},
	{"--label=", take_label},
	{"--use-vnet", take_use_vnet},
	{"--help", take_help},
	{"--version", take_version},
};

static int take(const char *word, struct bridge_arguments *arguments, char **reterr_text)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const char *name = options[i].name;
		size_t length = strlen(name);
		bool valued = name[length - 1] == '=';

		if (strncmp(word, name, length) == 0 && (valued || word[length] == '\0'))
			return options[i].take(word + length, arguments, reterr_text);
	}
	return text_fail(reterr_text, -EINVAL,
		"'%s' is not understood; '" BRIDGE_PROGRAM " --help' shows the command line", word);
}

int bridge_arguments_parse(
	char *const *words, size_t n, struct bridge_arguments *ret_arguments, char **reterr_text)
{
	struct bridge_arguments arguments = {.label = "", .fd = -1};
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = take(words[i], &arguments, reterr_text);
	if (r < 0)
		return r;
	if (!arguments.help && !arguments.version && (arguments.bridge == NULL || arguments.fd < 0))
		return text_fail(reterr_text, -EINVAL,
			"'%s' is missing: QEMU runs this program with it; '" BRIDGE_PROGRAM
			" --help' shows how",
			arguments.bridge == NULL ? "--br=BRIDGE" : "--fd=N");
	*ret_arguments = arguments;
	return 0;
}
