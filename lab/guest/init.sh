# The board's second process stage, on the outer machine's own files: devices, network, udev, then
# the agent. Run by `busybox sh`, whose own commands need no file from outside and so no 9p traffic.
. /run/lab-settings
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LANG=C.UTF-8 LC_ALL=C.UTF-8
say() { echo "kaputtkvm: $1 $(cut -d' ' -f1 /proc/uptime)" > /dev/console; }
say "second root"

mkdir -p /dev/pts /dev/shm
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mkdir -p "$LAB_SHARE"
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none share "$LAB_SHARE" ||
    say "the share failed"
mount -t cgroup2 cgroup /sys/fs/cgroup && echo +cpu > /sys/fs/cgroup/cgroup.subtree_control
hostname board
ip link set lo up
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.2.2
grep -q '^kaputtkvm:' /etc/group || echo 'kaputtkvm:x:64999:' >> /etc/group
grep -q '^kaputtkvm:' /etc/passwd ||
    echo 'kaputtkvm:x:64999:64999::/nonexistent:/usr/sbin/nologin' >> /etc/passwd

mkdir -p /run/udev/rules.d
for rules in "$LAB_CHECKOUT"/udev/*.rules; do
    [ -f "$rules" ] && cp "$rules" /run/udev/rules.d/
done
/lib/systemd/systemd-udevd --daemon
say "udevd"
# udev will link the ports by name, but the agent need not wait for that.
for port in /sys/class/virtio-ports/*; do
    [ "$(cat "$port/name")" = kaputtkvm.agent ] && port=/dev/${port##*/} && break
done
"$LAB_PYTHON" -S -I "$LAB_CHECKOUT/lab/guest/agent.py" "$port" &
agent=$!

/sbin/modprobe -a $LAB_MODULES_LATE || say "a module failed"
[ "$LAB_UDCS" = 0 ] || /sbin/modprobe dummy_hcd num="$LAB_UDCS"
mount -t configfs configfs /sys/kernel/config
say "modules"
sh "$LAB_CHECKOUT/lab/guest/vivid.sh" || say "vivid failed"
udevadm trigger --subsystem-match=virtio-ports --subsystem-match=misc
udevadm settle --timeout=60
say "ready"
touch /run/lab-ready
wait $agent
say "the agent ended"
poweroff -f
