/* SPDX-License-Identifier: MIT
 * The files of a running VM, in its runtime directory: for those who name them to QEMU, too. */
#ifndef OWVM_LAUNCHER_VM_RUNTIME_FILES_H
#define OWVM_LAUNCHER_VM_RUNTIME_FILES_H

#define RUNTIME_LOCK "lock" /* holds, as text, who holds it: see runtime/lock.h */
#define RUNTIME_PID "pid"   /* QEMU's */
#define RUNTIME_QMP "qmp.sock"
/* Of the first console; vm/serial.h has those of further ones. */
#define RUNTIME_CONSOLE "console.sock"
#define RUNTIME_CONSOLE_LOG "console.log"
#define RUNTIME_CONSOLE_LOCK "console.lock" /* held by the one owrun that types */
#define RUNTIME_MONITOR "monitor.sock"
#define RUNTIME_MONITOR_LOCK "monitor.lock" /* likewise */
#define RUNTIME_QEMU_LOG "qemu.log"
#define RUNTIME_STATE "vm.json"
#define RUNTIME_KEEPER_PID "keeper.pid" /* who sees QEMU's end, as in the lock */
#define RUNTIME_ENDED "ended.json"	/* how it ended: see home/ended.h */
#define RUNTIME_FORWARD "forward.sock"
#define RUNTIME_FORWARD_PID "forward.pid" /* who serves it, as in the lock */
/* Of a NIC's passt: in front of its netdev's id. */
#define RUNTIME_PASST_SOCKET "passt-%s.sock" /* where QEMU does not have it as an fd */
#define RUNTIME_PASST_PID "passt-%s.pid"
#define RUNTIME_PASST_LOG "passt-%s.log"

#endif
