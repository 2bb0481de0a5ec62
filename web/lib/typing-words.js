/**
 * A text that is being typed into the target, in words: how far it is, whose it is, where it
 * stopped, and what can be done about it now.
 */
import { placeWords } from "./paste-words.js";

const number = new Intl.NumberFormat("en");
const doubts_shown = 5;

const STATE = {
  typing: ["good", "Typing"],
  stalled: ["warn", "The target takes nothing"],
  paused: ["pending", "Paused"],
  interrupted: ["bad", "Interrupted"],
  done: ["good", "Typed"],
  cancelled: ["pending", "Cancelled"],
  failed: ["bad", "Failed"],
};

const PAUSE = { action: "pause", words: "Pause" };
const RESUME = { action: "resume", words: "Continue" };
const SKIP = { action: "skip", words: "Continue after it" };
const CANCEL = { action: "cancel", words: "Cancel" };
const DISMISS = { action: "dismiss", words: "Close" };

/** @returns {boolean} whether this text still stands between others and the keyboard */
export function isUnderWay(job) {
  return ["typing", "stalled", "paused", "interrupted"].includes(job?.state);
}

/**
 * Whether its end is to be read by whoever comes back later. The server forgets it after a minute.
 */
export function isWorthKeeping(job) {
  if (job?.state === "done") return Boolean(job.doubtful?.length);
  return job?.state === "cancelled" || job?.state === "failed";
}

/**
 * @param {object | null} job the status document's `typing`
 * @param {{ownSeats: string[], seats: {id: string, name: string}[]}} people the seats that this page has
 *   had, and those there are now
 * @returns {{tone: string, headline: string, count: string, stopped: string, doubt: string,
 *   sentence: string, actions: {action: string, words: string}[]} | null}
 */
export function typingWords(job, people) {
  if (!job) return null;
  const [tone, headline] = STATE[job.state] ?? ["warn", job.state.replaceAll("_", " ")];
  const isDoubtful = Boolean(job.doubtful?.length);
  const whose = startedBy(job.owner, people);
  return {
    tone: isDoubtful && tone === "good" ? "warn" : tone,
    headline: whose ? `${headline}, ${whose}` : headline,
    count: `typed ${number.format(job.typed)} of ${number.format(job.total)}${replacedWords(job)}`,
    stopped: stoppedWords(job),
    doubt: doubtWords(job),
    sentence: `${job.sentence ?? ""} ${job.remedy ?? ""}`.trim(),
    actions: actions(job),
  };
}

function startedBy(owner, { ownSeats, seats }) {
  if (ownSeats.includes(owner)) return "";
  if (!owner) return "started by a program";
  const name = seats.find(({ id }) => id === owner)?.name;
  return name ? `started by ${name}` : "started by somebody who has left";
}

function replacedWords({ replaced }) {
  return replaced > 0 ? `, ${number.format(replaced)} replaced` : "";
}

function stoppedWords({ state, unsure, line, column, typed, total }) {
  if (!["paused", "interrupted", "cancelled", "failed"].includes(state) || typed >= total) return "";
  const place = placeWords(line, column);
  return unsure
    ? `It stopped at ${place}; whether the character there arrived is not known.`
    : `It stopped before ${place}.`;
}

/** Where to look for what the target may have repeated. Of a single place the sentence says it all. */
function doubtWords({ doubtful = [] }) {
  if (doubtful.length < 2) return "";
  const shown = doubtful.slice(0, doubts_shown).map(({ line, column }) => placeWords(line, column));
  const rest = doubtful.length - shown.length;
  if (rest > 0) shown.push(rest === 1 ? "one more place" : `${number.format(rest)} more places`);
  return `Characters may be repeated near ${shown.join("; ")}.`;
}

function actions({ state, unsure }) {
  if (state === "typing" || state === "stalled") return [PAUSE, CANCEL];
  if (state === "paused" || state === "interrupted") {
    return unsure ? [RESUME, SKIP, CANCEL] : [RESUME, CANCEL];
  }
  return [DISMISS];
}
