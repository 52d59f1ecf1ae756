#ifndef OWVM_LAUNCHER_SHARE_H
#define OWVM_LAUNCHER_SHARE_H
#include <stddef.h>
struct share {
	char *path;
	char tag[32];
};
void share_free(struct share *share);
int share_parse(const char *text, struct share *ret, char **reterr_text);
int share_check(struct share *share, char **reterr_text);
char *share_fsdev(const struct share *share, size_t i);
char *share_device(const struct share *share, size_t i);
char *share_mount_line(const struct share *share);
#endif
