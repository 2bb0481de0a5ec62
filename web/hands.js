/**
 * Introduces what the user's hands do to the rest of the page: keyboard and mouse over the picture,
 * the buttons for keys, own shortcuts, the hammer, and the others who are at it too.
 */
import "./elements/hammer.js";
import "./elements/keys.js";
import "./elements/mouse-choice.js";
import "./elements/picture.js";
import "./elements/pointer.js";
import "./elements/screen.js";
import "./elements/seats.js";
import "./elements/shortcuts.js";
import { strokes } from "./lib/chords.js";
import { endsHammering } from "./lib/hammering.js";
import { mouseChoice } from "./lib/mouse-choice.js";
import { deliveryNotice, hasLetGo } from "./lib/notices.js";
import { Memory } from "./transport/memory.js";

const memory = new Memory();

/**
 * @param {object} page
 * @param {HTMLElement} page.desk
 * @param {import("./transport/api.js").Api} page.api
 * @param {(act: Function, tell: Function) => Promise} page.attempt tells what an action failed with
 * @param {EventTarget} page.keys the key socket
 * @param {EventTarget} page.status the status socket
 * @param {AbortSignal} page.signal the end of the session
 */
export function introduceHands({ desk, api, attempt, keys, status, signal }) {
  introduceKeyboard({ desk, keys, status, signal });
  introduceMouse({ desk, keys, status, signal });
  introduceSeats({ desk, keys, status, signal });
  introduceHammer({ desk, keys, signal });
  introduceShortcuts({ desk, api, attempt, keys, signal });
}

function introduceKeyboard({ desk, keys, status, signal }) {
  const screen = desk.querySelector("kvm-screen");
  const send = (stroke) => {
    if (!keys.key(stroke)) screen.notice = "Not connected: that key was not sent.";
  };
  desk.addEventListener("kvm-key", ({ detail }) => send(detail), { signal });
  desk.addEventListener("kvm-chord", ({ detail }) => strokes(detail.codes).forEach(send), { signal });
  desk.addEventListener("kvm-release", () => keys.release(), { signal });
  desk.addEventListener("kvm-take", () => keys.take(), { signal });
  keys.addEventListener("open", () => (screen.isOnline = true), { signal });
  keys.addEventListener("lost", () => (screen.isOnline = false), { signal });
  keys.addEventListener("round-trip", ({ detail }) => (screen.roundTripMs = detail.ms), { signal });
  keys.addEventListener("delivery", ({ detail }) => {
    const sentence = deliveryNotice(detail);
    if (sentence !== null) screen.notice = sentence;
  }, { signal });
  keys.addEventListener("complaint", ({ detail }) => {
    if (hasLetGo(detail)) screen.forget();
    screen.complaint = detail;
  }, { signal });
  let isCollecting = null;
  status.addEventListener("status", ({ detail }) => {
    const is = detail.keyboard?.collecting ?? null;
    if (is && isCollecting === false) screen.notice = ""; // that it takes nothing is over
    isCollecting = is;
  }, { signal });
}

function introduceMouse({ desk, keys, status, signal }) {
  const screen = desk.querySelector("kvm-screen");
  const field = desk.querySelector("kvm-mouse-choice");
  let wanted = memory.recall("mouse");
  let mouse = null; // what the target sees
  const tell = () => {
    const choice = mouseChoice(wanted, mouse);
    field.choice = choice;
    screen.mouse = choice;
  };
  desk.addEventListener("kvm-mouse-mode", ({ detail }) => {
    wanted = detail.mode;
    memory.keep("mouse", wanted);
    tell();
  }, { signal });
  desk.addEventListener("kvm-mouse", ({ detail }) => {
    if (!keys.mouse(detail)) screen.notice = "Not connected: the mouse does not reach the target.";
  }, { signal });
  status.addEventListener("status", ({ detail }) => {
    mouse = detail.mouse ?? null;
    tell();
  }, { signal });
  tell();
}

function introduceSeats({ desk, keys, status, signal }) {
  const seats = desk.querySelector("kvm-seats");
  keys.addEventListener("seat", ({ detail }) => (seats.ownId = detail.seat), { signal });
  keys.addEventListener("open", () => {
    const name = memory.recall("name");
    if (name) keys.rename(name);
  }, { signal });
  keys.addEventListener("lost", () => (seats.ownId = null), { signal });
  status.addEventListener("status", ({ detail }) => (seats.seats = detail.seats), { signal });
  status.addEventListener("lost", () => (seats.seats = []), { signal });
  seats.addEventListener("kvm-name", ({ detail }) => {
    memory.keep("name", detail.name);
    keys.rename(detail.name);
  }, { signal });
}

function introduceHammer({ desk, keys, signal }) {
  const hammer = desk.querySelector("kvm-hammer");
  keys.addEventListener("delivery", ({ detail }) => (hammer.delivery = detail), { signal });
  keys.addEventListener("complaint", ({ detail }) => {
    if (hasLetGo(detail)) hammer.forget();
    if (endsHammering(detail)) hammer.stop(`Stopped: ${detail.sentence}`);
  }, { signal });
  keys.addEventListener("lost", () => hammer.stop("Stopped, because the connection was lost."), { signal });
  desk.addEventListener("kvm-capture", ({ detail }) => {
    if (!detail.isCaptured) hammer.stop("Stopped, because keyboard and mouse were taken back.");
  }, { signal });
  signal.addEventListener("abort", () => hammer.stop());
}

function introduceShortcuts({ desk, api, attempt, keys, signal }) {
  const shortcuts = desk.querySelector("kvm-shortcuts");
  const tell = (problem) => (shortcuts.problem = problem);
  const load = async () => {
    const answer = await attempt(() => api.shortcuts(), tell);
    if (answer) shortcuts.shortcuts = answer.shortcuts;
  };
  shortcuts.addEventListener("kvm-shortcuts", async ({ detail }) => {
    const answer = await attempt(() => api.keepShortcuts(detail.shortcuts), tell);
    if (answer) shortcuts.shortcuts = answer.shortcuts;
  }, { signal });
  keys.addEventListener("answered", load, { signal }); // somebody may have changed them meanwhile
  signal.addEventListener("abort", () => shortcuts.close());
}
