#!/bin/busybox sh
# The board's first process: puts a writable layer over the outer machine's read-only root,
# and goes on in there. `settings` lies beside this file and was written by lab/initramfs.py.
set -e
. /settings
# busybox finds its own commands through /proc/self/exe.
/bin/busybox mount -t proc proc /proc
mount -t devtmpfs dev /dev
fail() { echo "kaputtkvm: $1" > /dev/console; /bin/busybox poweroff -f; }
trap 'fail "the first root failed"' EXIT
for module in $LAB_FIRST_MODULES; do
    insmod "/modules/$module" || fail "module $module"
done
mount -t 9p -o "ro,trans=virtio,version=9p2000.L,msize=512000,cache=$LAB_ROOT_CACHE" root /lower ||
    fail "the outer root"
mount -t tmpfs -o mode=755,size=75% upper /upper
mkdir /upper/data /upper/work
mount -t overlay -o lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work root /merged ||
    fail "the writable layer"
cd /merged
for directory in dev proc sys run "usr/lib/modules/$LAB_KERNEL"; do
    [ -d "$directory" ] || mkdir -p "$directory"
done
mount --bind "/lower$LAB_MODULES" "/merged/usr/lib/modules/$LAB_KERNEL" || fail "the modules"
mount --move /dev /merged/dev
mount -t sysfs sys /merged/sys
mount -t tmpfs -o mode=755 run /merged/run
cp /settings /merged/run/lab-settings
mount --move /proc /merged/proc
trap - EXIT
exec /bin/busybox switch_root /merged /bin/busybox sh "$LAB_INIT"
