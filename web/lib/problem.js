/**
 * What went wrong, in the server's words: a stable code, a sentence, and what to do now.
 *
 * Answers that are no problem document (a proxy's error page, no answer at all) become one here, so
 * that the page has a single way to speak about trouble.
 *
 * Source: RFC 9457 (problem details); RFC 9110 §10.2.3 (Retry-After).
 */
export class Problem extends Error {
  constructor({ code, sentence, remedy = "", status = 0, retryAfterS = null, members = {} }) {
    super(sentence);
    this.name = "Problem";
    this.code = code;
    this.sentence = sentence;
    this.remedy = remedy;
    this.status = status;
    this.retryAfterS = retryAfterS;
    this.members = members; // what else the document says, such as the characters of a text
  }

  /** @param {Response} response one that is not ok */
  static async fromResponse(response) {
    const { status, headers } = response;
    const retryAfterS = secondsFrom(headers.get("Retry-After"));
    const isDocument = /^application\/(problem\+)?json\b/.test(headers.get("Content-Type") ?? "");
    const said = isDocument ? await response.json().catch(() => null) : null;
    const { code, detail, remedy, title } = said ?? {};
    return new Problem({
      code: typeof code === "string" ? code : `http_${status}`,
      sentence: firstText(detail, title) ?? `The server answered with error ${status}.`,
      remedy: firstText(remedy) ?? "",
      status,
      retryAfterS,
      members: said ?? {},
    });
  }

  /** An answer that broke off, or came from something that is not KaputtKVM. */
  static unreadable() {
    return new Problem({
      code: "unreadable",
      sentence: "The answer could not be read.",
      remedy: "Check whether something between here and the board answers in its place.",
    });
  }

  static unreachable() {
    return new Problem({
      code: "unreachable",
      sentence: "KaputtKVM does not answer.",
      remedy: "Check that the board has power and that this device has a network.",
    });
  }
}

/** Of the two forms Retry-After has, only seconds: a date would need clocks that agree. */
function secondsFrom(text) {
  return /^\d+$/.test(text ?? "") ? Number(text) : null;
}

function firstText(...candidates) {
  return candidates.find((text) => typeof text === "string" && text !== "") ?? null;
}
