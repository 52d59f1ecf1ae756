/* stub */
#ifndef OWVM_LAUNCHER_ARCH_H
#define OWVM_LAUNCHER_ARCH_H
struct arch {
	const char *name, *qemu, *package, *machine, *cpu_tcg, *console;
};
const struct arch *arch_host(void);
int arch_parse(const char *text, const struct arch **ret, char **reterr_text);
#endif
