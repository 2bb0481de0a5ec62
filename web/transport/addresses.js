/** Where the server's doors are, seen from the page: relative, so that a proxy may add a prefix. */
export function httpAddress(path, base = document.baseURI) {
  return new URL(path, base).href;
}

export function socketAddress(path, base = document.baseURI) {
  const url = new URL(path, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
