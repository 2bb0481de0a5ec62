# The grabber and what is plugged into it: vivid's S-Video input shows what its S-Video output is
# given, unchanged. Loaded if it is not; safe to repeat after an unplug.
# Source: Linux Documentation/admin-guide/media/vivid.rst.
set -e
[ -d /sys/module/vivid ] || /sbin/modprobe vivid n_devs=1 node_types=0x101 \
    num_inputs=1 input_types=0x2 num_outputs=1 output_types=0x0
for node in /sys/class/video4linux/video*; do
    case $(cat "$node/name") in
        vivid-*-vid-cap) capture=/dev/${node##*/} ;;
        vivid-*-vid-out) output=/dev/${node##*/} ;;
    esac
done
format=width=720,height=480,pixelformat=YUYV,field=interlaced
v4l2-ctl -d "$output" -s ntsc --set-fmt-video-out="$format" > /dev/null
v4l2-ctl -d "$capture" -c osd_text_mode=2 > /dev/null
# Linux 6.1 loops by a switch; newer ones choose for each input what it is connected to.
v4l2-ctl -d "$capture" -c loop_video=1 > /dev/null 2>&1 ||
    v4l2-ctl -d "$capture" -c s_video_000_0_is_connected_to=2 > /dev/null
# Refused while somebody captures already, who then has chosen for himself.
v4l2-ctl -d "$capture" -s ntsc --set-fmt-video="$format" > /dev/null 2>&1 || true
mkdir -p /run/lab
echo "$output" > /run/lab/vivid-output
echo "$capture" > /run/lab/vivid-capture
