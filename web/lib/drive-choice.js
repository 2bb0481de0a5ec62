/**
 * What the drive's form offers for the image that is chosen, before anything is asked of the server.
 *
 * @param {{name: string, modes: string[], reason: string | null} | null} image null means "None"
 * @param {{shown: boolean, image: string | null, mode: string | null} | null} drive
 * @param {"cdrom" | "disk"} wantedMode what the user picked, or would like
 * @returns {{mode: string | null, canInsert: boolean, verb: string, reason: string, notice: string}}
 */
export function driveChoice(image, drive, wantedMode) {
  if (!image) return { mode: null, canInsert: false, verb: "Insert", reason: "", notice: "" };
  const mode = image.modes.includes(wantedMode) ? wantedMode : (image.modes[0] ?? null);
  const isInAlready = drive?.image === image.name && drive?.mode === mode;
  return {
    mode,
    canInsert: mode !== null && !isInAlready,
    verb: verb(image, drive, mode),
    reason: reasonWords(image),
    notice: isInAlready || mode === null ? "" : noticeWords(drive, mode),
  };
}

/**
 * Whether the form goes back to showing what is in the drive: when that changed, but not over a pick
 * that is not in yet, because somebody else may be at the drive too.
 *
 * @param {string | null} picked the name that the user picked, "" for "None"; null for no pick
 */
export function followsDrive(was, now, picked) {
  const hasChanged = now?.image !== was?.image || now?.mode !== was?.mode;
  return hasChanged && (picked === null || picked === (now?.image ?? ""));
}

function verb(image, drive, mode) {
  if (mode === "disk" && !image.modes.includes("cdrom")) return "Insert as disk";
  return drive?.image ? "Swap" : "Insert";
}

function reasonWords(image) {
  if (image.modes.includes("cdrom")) return "";
  const why = image.reason ?? "It cannot go in as a CD-ROM.";
  return image.modes.includes("disk") ? `${why} It can go in as a disk.` : why;
}

/** Whatever changes what the target sees on USB interrupts the keyboard for a moment: say so first. */
function noticeWords(drive, mode) {
  if (drive && !drive.shown) {
    return "The target will see the USB device leave and come back, because it gains a drive.";
  }
  if (drive?.mode && drive.mode !== mode) {
    return "The target will see the USB device leave and come back, because the kind of drive changes.";
  }
  return "";
}
