#include "launcher/arch.h"
#include "launcher/text.h"
#include <errno.h>
#include <string.h>
static const struct arch archs[] = {
	{"x86_64", "qemu-system-x86_64", "qemu-system-x86", "q35", "max", "ttyS0"},
	{"aarch64", "qemu-system-aarch64", "qemu-system-arm", "virt", "max,pauth-impdef=on",
		"ttyAMA0"}};
const struct arch *arch_host(void)
{
	return &archs[0];
}
int arch_parse(const char *text, const struct arch **ret, char **reterr_text)
{
	for (int i = 0; i < 2; i++)
		if (!strcmp(text, archs[i].name)) {
			*ret = &archs[i];
			return 0;
		}
	return text_fail(reterr_text, -EINVAL, "no arch '%s'", text);
}
