#include "launcher/share.h"
#include "launcher/text.h"
#include <stdlib.h>
#include <string.h>
void share_free(struct share *share)
{
	free(share->path);
	share->path = NULL;
}
int share_parse(const char *text, struct share *ret, char **reterr_text)
{
	const char *c = strrchr(text, ':');
	(void)reterr_text;
	if (c && strchr(c, '/'))
		c = NULL;
	ret->path = text_format("%.*s", (int)(c ? c - text : (long)strlen(text)), text);
	(void)snprintf(ret->tag, 32, "%s", c ? c + 1 : "hostshare");
	return 0;
}
int share_check(struct share *share, char **reterr_text)
{
	(void)share;
	(void)reterr_text;
	return 0;
}
char *share_fsdev(const struct share *share, size_t i)
{
	return text_format("local,id=share%zu,security_model=mapped-xattr,path=%s", i, share->path);
}
char *share_device(const struct share *share, size_t i)
{
	return text_format("virtio-9p-pci,fsdev=share%zu,mount_tag=%s", i, share->tag);
}
char *share_mount_line(const struct share *share)
{
	return text_format("mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 %s /mnt/%s",
		share->tag, share->tag);
}
