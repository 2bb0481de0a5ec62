/**
 * Introduces what writes text for the user to the rest of the page: the dialog for pasting, the bar
 * that shows a text being typed, the on-screen keyboard, and the layout that all of them go by.
 */
import "./elements/keyboard.js";
import "./elements/layout.js";
import "./elements/paste.js";
import "./elements/typing.js";
import { firstChoice, layoutTitle } from "./lib/layouts.js";
import { NewestOnly } from "./lib/newest-only.js";
import { hasLetGo } from "./lib/notices.js";
import { isUnderWay } from "./lib/typing-words.js";
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
export function introduceTyping({ desk, api, attempt, keys, status, signal }) {
  const paste = desk.querySelector("kvm-paste");
  const keyboard = desk.querySelector("kvm-keyboard");
  const bars = [...desk.querySelectorAll("kvm-typing")];
  const people = { ownSeats: [], seats: [] };
  const each = (places, name, value) => places.forEach((place) => (place[name] = value));

  const show = (job) => {
    // In the dialog it is there because it is in the way of the next text; its end is no news there.
    for (const bar of bars) bar.job = bar.closest("dialog") && !isUnderWay(job) ? null : job;
  };

  introduceLayouts({ desk, api, attempt, paste, keyboard, signal });

  keys.addEventListener("seat", ({ detail }) => {
    people.ownSeats.push(detail.seat); // a new one after each loss of the connection
    each(bars, "people", people);
  }, { signal });
  status.addEventListener("status", ({ detail }) => {
    people.seats = detail.seats ?? [];
    each(bars, "people", people);
    show(detail.typing ?? null);
    keyboard.leds = detail.keyboard?.leds ?? [];
  }, { signal });
  status.addEventListener("lost", () => show(null), { signal });

  // Where the server has let go of everything, there is nothing to send any more.
  keyboard.isOnline = false;
  keys.addEventListener("open", () => (keyboard.isOnline = true), { signal });
  keys.addEventListener("lost", () => (keyboard.isOnline = false), { signal });
  desk.addEventListener("kvm-release", () => keyboard.forget(), { signal });
  keys.addEventListener("complaint", ({ detail }) => {
    if (hasLetGo(detail)) keyboard.forget();
    else if (detail.code === "seat_taken") keyboard.releaseAll();
  }, { signal });
  // What did not reach the target must not look held. What of it is down nevertheless, comes up.
  keys.addEventListener("delivery", ({ detail }) => {
    if (detail.code && detail.down && detail.delivery === "undelivered") keyboard.releaseAll();
  }, { signal });

  const checks = new NewestOnly(async (asked) => {
    const verdict = await attempt(() => api.checkTyping(asked), (problem) => (paste.problem = problem));
    if (verdict) paste.judge(asked, verdict);
  }, () => undefined);
  const act = (type, order) =>
    desk.addEventListener(type, async ({ detail }) => {
      const job = await attempt(() => order(detail), (problem) => each(bars, "problem", problem));
      if (job) show(job);
    }, { signal });
  act("kvm-type-pause", ({ id }) => api.pauseTyping(id));
  act("kvm-type-resume", ({ id, at }) => api.resumeTyping(id, at));
  act("kvm-type-cancel", ({ id }) => api.cancelTyping(id));
  paste.addEventListener("kvm-type-check", ({ detail }) => checks.offer(detail), { signal });
  paste.addEventListener("kvm-type", async ({ detail }) => {
    paste.busy = true;
    const order = { ...detail, owner: people.ownSeats.at(-1) };
    const job = await attempt(() => api.type(order), (problem) => (paste.problem = problem));
    paste.busy = false;
    if (!job) return;
    paste.accepted();
    show(job);
  }, { signal });

  signal.addEventListener("abort", () => {
    paste.accepted(); // whoever signs in next need not see it
    for (const bar of bars) bar.clear();
    keyboard.isOnline = false;
  });
}

function introduceLayouts({ desk, api, attempt, paste, keyboard, signal }) {
  const fields = [...desk.querySelectorAll("kvm-layout")];
  const known = new Map(); // layout's title -> its keys
  let choice = null;
  let loading = null;

  const tell = (problem) => {
    paste.problem = problem;
    keyboard.problem = problem;
  };
  const choose = (layout) => {
    choice = layout;
    for (const field of fields) field.choice = layout;
    paste.choice = layout;
    if (keyboard.isOpen) drawKeyboard();
  };
  const load = async () => {
    const answer = await attempt(() => api.layouts(), tell);
    if (!answer) {
      loading = null; // the next one who needs them asks again
      return;
    }
    const configured = answer.default ?? {};
    const remembered = memory.recall("layout");
    for (const field of fields) field.layouts = answer.layouts;
    paste.settings = { system: remembered?.system ?? configured.system, delay_ms: configured.delay_ms };
    choose(firstChoice(answer.layouts, remembered, configured));
  };
  const drawKeyboard = async () => {
    if (!choice) return;
    const asked = choice;
    const title = layoutTitle(asked);
    const answer = known.get(title) ?? (await attempt(() => api.layoutKeys(asked), (problem) => {
      keyboard.problem = problem;
    }));
    if (asked !== choice || !answer) return;
    known.set(title, answer);
    keyboard.problem = null;
    keyboard.layoutKeys = answer.keys;
  };
  const need = async () => {
    loading ??= load();
    await loading;
  };

  desk.addEventListener("kvm-layout", ({ detail }) => {
    choose(detail);
    const { layout, variant } = detail;
    memory.keep("layout", { ...memory.recall("layout"), layout, variant });
  }, { signal });
  paste.addEventListener("kvm-system", ({ detail: { system } }) => {
    memory.keep("layout", { ...memory.recall("layout"), system });
  }, { signal });
  paste.addEventListener("kvm-paste-open", need, { signal });
  const opened = () => (choice ? drawKeyboard() : need());
  keyboard.addEventListener("kvm-keyboard", ({ detail }) => {
    memory.keep("keyboard", detail);
    if (detail.isOpen) opened();
  }, { signal });
  keyboard.state = memory.recall("keyboard") ?? {};
  if (keyboard.isOpen) opened();
}
