# A boot keyboard and a CD-ROM as one gadget, the shortest way; $1 is the image.
# Source: Linux Documentation/usb/gadget_configfs.rst; USB HID 1.11 appendix E.6.
set -e
cd /sys/kernel/config/usb_gadget
mkdir lab && cd lab
echo 0x1d6b > idVendor
echo 0x0104 > idProduct
mkdir strings/0x409
echo "lab gadget" > strings/0x409/product
mkdir functions/hid.keys functions/mass_storage.drive configs/c.1
cd functions/hid.keys
echo 1 > protocol
echo 1 > subclass
echo 1 > no_out_endpoint
echo 8 > report_length
printf '\005\001\011\006\241\001\005\007\031\340\051\347\025\000\045\001\165\001\225\010\201\002\225\001\165\010\201\001\225\005\165\001\005\010\031\001\051\005\221\002\225\001\165\003\221\001\225\006\165\010\025\000\045\145\005\007\031\000\051\145\201\000\300' > report_desc
cd ../mass_storage.drive
echo 0 > stall
echo 1 > lun.0/cdrom
echo "$1" > lun.0/file
cd ../..
ln -s "$PWD/functions/hid.keys" configs/c.1/
ln -s "$PWD/functions/mass_storage.drive" configs/c.1/
echo dummy_udc.0 > UDC
