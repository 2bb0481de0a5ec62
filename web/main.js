/**
 * Introduces the parts of the page to one another: what elements say goes to the sockets and the
 * API, what those bring goes to the elements. Nothing is decided here that an element, the lib or
 * the server could decide.
 */
import "./elements/drive.js";
import "./elements/login.js";
import "./elements/outage.js";
import "./elements/picture.js";
import "./elements/power.js";
import "./elements/problems.js";
import "./elements/status.js";
import { introduceHands } from "./hands.js";
import { Problem } from "./lib/problem.js";
import { socketAddress } from "./transport/addresses.js";
import { Api } from "./transport/api.js";
import { KeySocket } from "./transport/key-socket.js";
import { StatusSocket } from "./transport/status-socket.js";
import { VideoSocket } from "./transport/video-socket.js";
import { introduceTyping } from "./typing.js";

const find = (selector) => document.querySelector(selector);
const [login, desk, screen, picture, drive, power] = [
  "kvm-login", "#desk", "kvm-screen", "kvm-picture", "kvm-drive", "kvm-power",
].map(find);

const api = new Api();
let leaving = null; // ends everything that belongs to the present session

/** What an action failed with, told to `tell`; a session that is over ends the work instead. */
async function attempt(act, tell) {
  try {
    return await act();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.code === "login_required") leave("Your session is over. Please log in again.");
    else tell(problem);
    return undefined;
  }
}

async function arrive() {
  // Unreachable is no reason to stay away: the sockets keep trying, and the banner says so.
  let isSignedOut = false;
  await api.session().catch((problem) => {
    isSignedOut = problem.status === 401;
  });
  if (isSignedOut) leave("");
  else enter();
}

function enter() {
  leaving?.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  login.hidden = true;
  desk.hidden = false;
  picture.card = null;
  screen.isOnline = false;
  const sockets = {
    keys: new KeySocket(socketAddress("api/keys")),
    video: new VideoSocket(socketAddress("api/video")),
    status: new StatusSocket(socketAddress("api/status")),
  };
  introducePicture(sockets.video, signal);
  introduceStatus(sockets.status, signal);
  introduceDrive(signal);
  introducePower(signal);
  introduceHands({ desk, api, attempt, keys: sockets.keys, status: sockets.status, signal });
  introduceTyping({ desk, api, attempt, keys: sockets.keys, status: sockets.status, signal });
  watchConnection(sockets, signal);
  for (const socket of Object.values(sockets)) {
    socket.open();
    signal.addEventListener("abort", () => socket.close());
  }
}

function leave(reason) {
  leaving?.abort();
  leaving = null;
  screen.leave();
  desk.hidden = true;
  login.hidden = false;
  login.clear();
  login.reason = reason;
  login.focus();
}

function introducePicture(video, signal) {
  video.addEventListener("frame", ({ detail }) => (picture.frame = detail), { signal });
  video.addEventListener("card", ({ detail }) => (picture.card = detail), { signal });
  video.addEventListener("lost", () => (picture.isLost = true), { signal });
  const acknowledge = ({ detail }) => video.acknowledge(detail.sequence);
  picture.addEventListener("kvm-drawn", acknowledge, { signal });
}

function introduceStatus(status, signal) {
  let image; // undefined until the first document
  status.addEventListener("status", ({ detail }) => {
    find("kvm-status").status = detail;
    find("kvm-problems").problems = detail.problems ?? [];
    picture.status = detail.picture;
    drive.drive = detail.drive;
    power.target = detail.target;
    power.cable = detail.cable;
    if (image !== detail.drive?.image) loadImages(); // somebody was at the drive
    image = detail.drive?.image;
  }, { signal });
  status.addEventListener("lost", () => {
    find("kvm-status").status = {}; // what was true then may not be true now
    find("kvm-problems").problems = [];
    drive.drive = null;
    image = undefined; // the library may be another one when the connection is back
  }, { signal });
}

async function loadImages() {
  const library = await attempt(() => api.images(), (problem) => (drive.libraryProblem = problem));
  if (!library) return;
  drive.images = library.images;
  drive.libraryProblem = library.directory_problem;
}

function introduceDrive(signal) {
  const order = async (words, act) => {
    drive.problem = null;
    drive.busy = words;
    const fresh = await attempt(act, (problem) => (drive.problem = problem));
    drive.busy = "";
    if (fresh) drive.drive = fresh;
  };
  drive.addEventListener("kvm-insert", ({ detail: { image, mode, notice } }) => {
    order(`Inserting ${image}… ${notice}`.trim(), () => api.insert(image, mode));
  }, { signal });
  drive.addEventListener("kvm-eject", ({ detail: { force } }) => {
    order("Ejecting…", () => api.eject({ force }));
  }, { signal });
  drive.addEventListener("kvm-reload", loadImages, { signal });
}

function introducePower(signal) {
  const order = (type, act, done) => power.addEventListener(type, async () => {
    power.busy = true;
    let words = done;
    await attempt(act, (problem) => (words = `${problem.sentence} ${problem.remedy}`.trim()));
    power.busy = false;
    power.note = words;
  }, { signal });
  order("kvm-reset", () => api.resetTarget(), "The target was reset.");
  order("kvm-replug", () => api.replug(), "The USB device was plugged in again.");
  order("kvm-wake", () => api.wakeTarget(), "The target was asked to wake up.");
}

function watchConnection({ keys, video, status }, signal) {
  const lost = new Map(); // socket -> when it tries again
  const outage = find("kvm-outage");
  const tell = () => {
    const retryAtMs = Math.min(...lost.values());
    const sentence = "The connection to KaputtKVM is lost.";
    outage.outage = lost.size === 0 ? null : { sentence, retryAtMs };
  };
  const sockets = [keys, video, status];
  const each = (act) => sockets.forEach(act);
  tell();
  each((socket) => {
    socket.addEventListener("open", () => {
      lost.delete(socket);
      tell();
    }, { signal });
    // Where one gets through, the others do too. Not at "open": behind a proxy that accepts and then
    // drops, they would wake one another without a pause.
    socket.addEventListener("answered", () => each((other) => other.retryNow()), { signal });
    socket.addEventListener("lost", ({ detail: { retryInMs, wasOpen } }) => {
      lost.set(socket, performance.now() + retryInMs);
      tell();
      // A browser does not say why a handshake failed; a plain request does.
      if (!wasOpen) attempt(() => api.session(), () => undefined);
    }, { signal });
    socket.addEventListener("refused", () => leave("Your session is over. Please log in again."), {
      signal,
    });
  });
  keys.addEventListener("silent", () => [video, status].forEach((other) => other.restart()), { signal });
  const retry = () => each((socket) => socket.retryNow());
  outage.addEventListener("kvm-retry", retry, { signal });
  window.addEventListener("online", retry, { signal });
  document.addEventListener("visibilitychange", () => document.hidden || retry(), { signal });
}

login.addEventListener("kvm-login", async ({ detail }) => {
  login.busy = true;
  try {
    await api.login(detail.password);
    login.clear();
    enter();
  } catch (problem) {
    login.busy = false;
    login.problem = problem;
  }
});

find("[data-action=logout]").addEventListener("click", async () => {
  leaving?.abort(); // before the server closes the sockets, which would look like trouble
  const told = await api.logout().then(
    () => "You are logged out.",
    () => "KaputtKVM did not answer; the session may still be open there.",
  );
  leave(told);
});

// A page taken out of the browser's back-forward cache has dead sockets and old state.
window.addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

find(".where").textContent = location.hostname;
document.title = `${location.hostname} · KaputtKVM`;
arrive();
