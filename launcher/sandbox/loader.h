/* SPDX-License-Identifier: MIT
 * The loader that the kernel starts for a program: its PT_INTERP, elf(5). */
#ifndef OWVM_LAUNCHER_SANDBOX_LOADER_H
#define OWVM_LAUNCHER_SANDBOX_LOADER_H

/* The path of the loader, which the caller frees; NULL: it is no dynamic program of this machine's
 * word size. */
char *loader_of(const char *program);

#endif
